// peer_go BROKERS URL EVENTS [BATCH] - peer.py once more, as somebody would write it in Go.
//
// franz-go and pgx: every feed's events into one table, each once by (source, id), with the
// positions in the same transaction: COPY into a temporary table, then INSERT ... ON CONFLICT
// DO NOTHING. It ends after so many records and prints as JSON what it took, from its first
// commit to its last.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const tables = `
CREATE TABLE IF NOT EXISTS peer_event_go (
    source text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, type text NOT NULL,
    "time" timestamptz NOT NULL, email text NOT NULL, topic text NOT NULL,
    partition integer NOT NULL, "offset" bigint NOT NULL, body text NOT NULL,
    PRIMARY KEY (source, id));
CREATE TABLE IF NOT EXISTS peer_position_go (
    topic text, partition integer, next bigint, PRIMARY KEY (topic, partition));
CREATE TEMP TABLE arrived (LIKE peer_event_go) ON COMMIT DELETE ROWS;`

var columns = []string{"source", "id", "type", "time", "email", "topic", "partition",
	"offset", "body"}

type event struct {
	Source string
	ID     string
	Type   string
	Time   time.Time
	Data   struct{ Contact struct{ Email string } }
}

type place struct {
	topic     string
	partition int32
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func cpu() float64 {
	var used syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

// keep writes one batch in one transaction.
func keep(ctx context.Context, db *pgx.Conn, records []*kgo.Record) {
	rows, next := make([][]any, 0, len(records)), map[place]int64{}
	for _, r := range records {
		var e event
		next[place{r.Topic, r.Partition}] = r.Offset + 1
		if json.Unmarshal(r.Value, &e) != nil {
			continue // no event
		}
		rows = append(rows, []any{e.Source, e.ID, e.Type, e.Time, e.Data.Contact.Email,
			r.Topic, r.Partition, r.Offset, string(r.Value)})
	}
	tx, err := db.Begin(ctx)
	must(err)
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"arrived"}, columns, pgx.CopyFromRows(rows))
	must(err)
	_, err = tx.Exec(ctx, "INSERT INTO peer_event_go SELECT * FROM arrived"+
		" ON CONFLICT (source, id) DO NOTHING")
	must(err)
	for at, offset := range next {
		_, err = tx.Exec(ctx, "INSERT INTO peer_position_go VALUES ($1, $2, $3)"+
			" ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next",
			at.topic, at.partition, offset)
		must(err)
	}
	must(tx.Commit(ctx))
}

func feeds(ctx context.Context, client *kgo.Client) map[string]map[int32]kgo.Offset {
	listed, err := kadm.NewClient(client).ListTopics(ctx)
	must(err)
	found := map[string]map[int32]kgo.Offset{}
	for name, topic := range listed {
		if !strings.HasPrefix(name, "feed.") {
			continue
		}
		found[name] = map[int32]kgo.Offset{}
		for partition := range topic.Partitions {
			found[name][partition] = kgo.NewOffset().AtStart()
		}
	}
	return found
}

func main() {
	if len(os.Args) < 4 {
		log.Fatal("usage: peer_go BROKERS URL EVENTS [BATCH]")
	}
	ctx := context.Background()
	events, err := strconv.Atoi(os.Args[3])
	must(err)
	batch := 5000
	if len(os.Args) > 4 {
		batch, err = strconv.Atoi(os.Args[4])
		must(err)
	}
	db, err := pgx.Connect(ctx, os.Args[2])
	must(err)
	_, err = db.Exec(ctx, tables)
	must(err)
	client, err := kgo.NewClient(kgo.SeedBrokers(os.Args[1]))
	must(err)
	client.AddConsumePartitions(feeds(ctx, client))
	done, first := 0, 0
	var began time.Time
	var used float64
	for done < events {
		waiting, end := context.WithTimeout(ctx, time.Minute)
		fetched := client.PollRecords(waiting, batch)
		end()
		if err := fetched.Err(); err != nil {
			log.Fatalf("%v; %d of %d are in", err, done, events)
		}
		records := fetched.Records()
		if len(records) == 0 {
			continue
		}
		keep(ctx, db, records)
		done += len(records)
		if first == 0 {
			first, began, used = done, time.Now(), cpu()
		}
	}
	var all syscall.Rusage
	seconds := time.Since(began).Seconds()
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &all))
	fmt.Printf(`{"events": %d, "seconds": %g, "cpu": %g, "rss": %g}`+"\n", done-first,
		seconds, cpu()-used, float64(all.Maxrss)/1024)
}
