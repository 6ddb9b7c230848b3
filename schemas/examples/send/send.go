// send.go: a source without Kafka sends its events to consent-gateway and reads what became of them.
//
//	go run send.go consent|optout|lead ID ADDRESS
//	go run send.go receipts [AFTER]
//
// GATEWAY_URL, GATEWAY_TOKEN, SOURCE (urn:consent:src:...) and AGREEMENT come from the environment.
// Exit status: 0 taken, 1 refused (do not send the same again), 2 wrong settings, 3 not now.
// The standard library is all it needs. ../../SOURCES.md explains each step.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const tries = 5

type object = map[string]any

var client = http.Client{Timeout: 90 * time.Second}

// ask gives the status (0: nobody answers), the text, and how long to wait.
func ask(method, path string, body []byte) (int, string, time.Duration) {
	request, err := http.NewRequest(method, os.Getenv("GATEWAY_URL")+path, bytes.NewReader(body))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("GATEWAY_TOKEN"))
	request.Header.Set("Content-Type", "application/cloudevents+json")
	answer, err := client.Do(request)
	if err != nil {
		return 0, err.Error(), time.Second
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error(), time.Second
	}
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if err != nil {
		seconds = 1
	}
	return answer.StatusCode, string(text), time.Duration(seconds) * time.Second
}

func notNow(status int) bool {
	return status == 0 || status == 429 || status == 503
}

// event takes an id of yours: the same id with the same event is never counted twice.
func event(kind, id, address string) object {
	source := os.Getenv("SOURCE")
	parts := strings.Split(source, ":")
	party := parts[len(parts)-1]
	now := time.Now().UTC().Format(time.RFC3339)
	contact := object{"email": address}
	provenance := object{"source_type": parts[3], "party_id": party,
		"agreement_id": os.Getenv("AGREEMENT"), "collected_at": now}
	data := object{"contact": contact, "provenance": provenance}
	if kind == "optout" {
		data["optout"] = object{"via": "customer_support"}
	} else {
		contact["country"], contact["subscriber"], contact["age"] = "DE", "individual", "16_or_over"
		data["controllers"] = []string{"sectigo-limited"}
		data["scope"] = []object{{"purpose": "marketing.promotional", "channels": []string{"email"}}}
		data["basis"] = object{"art6": "a", "type": "unknown"}
	}
	if kind == "consent" {
		data["basis"] = object{"art6": "a", "type": "expressed"}
		data["consent"] = object{"method": "checkout_checkbox",
			"statement": "Sectigo Limited may send me offers by e-mail",
			"notice": object{"policy_id": party + "-privacy", "version": "1", "language": "en",
				"text_sha256": strings.Repeat("0", 64)}}
		provenance["warranty"] = object{"asserted": true, "controllers_named": []string{"Sectigo Limited"}}
		provenance["evidence"] = []object{{"kind": "order_snapshot", "sha256": strings.Repeat("0", 64)}}
	}
	kinds := map[string]string{"consent": "consent.granted.v1", "optout": "optout.recorded.v1",
		"lead": "lead.received.v1"}
	return object{"specversion": "1.0", "id": id, "source": source, "type": kinds[kind], "time": now,
		"datacontenttype": "application/json", "data": data}
}

func send(one object) int {
	body, err := json.Marshal(one)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	for i := 0; i < tries; i++ {
		status, text, wait := ask("POST", "/v1/events", body)
		if status == 202 {
			fmt.Print(text)
			return 0
		}
		if status == 422 { // the event is wrong: "reason" says what, "pointer" where
			fmt.Print(text)
			return 1
		}
		if !notNow(status) { // the request is wrong: token, size, content type
			fmt.Fprintln(os.Stderr, status, text)
			return 2
		}
		fmt.Fprintf(os.Stderr, "not now (%d), again in %v\n", status, wait)
		time.Sleep(wait) // and the same again, with the same id
	}
	return 3
}

func receipts(after string) int {
	for {
		status, text, wait := ask("GET", "/v1/receipts?wait=1&after="+after, nil)
		if notNow(status) {
			time.Sleep(wait)
			continue
		}
		var page struct {
			Receipts []struct {
				ID      string `json:"event_id"`
				Outcome string `json:"outcome"`
				Reason  string `json:"reason"`
			} `json:"receipts"`
			After string `json:"after"`
		}
		if status != 200 || json.Unmarshal([]byte(text), &page) != nil {
			fmt.Fprintln(os.Stderr, status, text)
			return 2
		}
		for _, one := range page.Receipts {
			fmt.Println(one.ID, one.Outcome, one.Reason)
		}
		if len(page.Receipts) == 0 {
			fmt.Fprintln(os.Stderr, "next:", after) // keep it: go on from there
			return 0
		}
		after = page.After
	}
}

func main() {
	missing := []string{}
	for _, name := range []string{"GATEWAY_URL", "GATEWAY_TOKEN", "SOURCE", "AGREEMENT"} {
		if os.Getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		fmt.Fprintln(os.Stderr, "not set in the environment:", strings.Join(missing, " "))
		os.Exit(2)
	}
	words := append(os.Args[1:], "", "", "")
	switch words[0] {
	case "consent", "optout", "lead":
		os.Exit(send(event(words[0], words[1], words[2])))
	case "receipts":
		os.Exit(receipts(words[1]))
	}
	fmt.Fprintln(os.Stderr, "go run send.go consent|optout|lead ID ADDRESS, or receipts [AFTER]")
	os.Exit(2)
}
