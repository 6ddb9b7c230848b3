// bare URL PORT - single decisions over HTTP as somebody would write them in an afternoon.
//
// net/http and pgx: the contact's facts by a hash of its address from bare_fact, a no if any
// of them is a denial, and with ?audit=true a committed row of bare_audit before the answer.
// No register, no roles, no budget, no past, no evidence: the floor of what a look-up costs.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
)

const facts = "SELECT kind, controller, purpose, channels FROM bare_fact WHERE hash = $1"
const audit = "INSERT INTO bare_audit (hash, token, outcome) VALUES ($1, $2, $3)"

type query struct {
	Contact                      struct{ Email string }
	Controller, Purpose, Channel string
}

func denied(ctx context.Context, db *pgxpool.Pool, hash []byte) (bool, error) {
	rows, err := db.Query(ctx, facts, hash)
	if err != nil {
		return true, err
	}
	defer rows.Close()
	no := false
	for rows.Next() {
		var kind, controller, purpose, channels int16
		if err := rows.Scan(&kind, &controller, &purpose, &channels); err != nil {
			return true, err
		}
		no = no || kind > 1
	}
	return no, rows.Err()
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: bare URL PORT")
	}
	config, err := pgxpool.ParseConfig(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	config.MaxConns = 16
	db, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/v1/decisions", func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Queries []query }
		if json.NewDecoder(r.Body).Decode(&asked) != nil || len(asked.Queries) != 1 {
			http.Error(w, "one query, please", 400)
			return
		}
		hash := sha256.Sum256([]byte(asked.Queries[0].Contact.Email))
		no, err := denied(r.Context(), db, hash[:])
		if err == nil && r.URL.Query().Get("audit") == "true" {
			_, err = db.Exec(r.Context(), audit, hash[:], 1, no)
		}
		if err != nil {
			http.Error(w, "no answer", 503)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"permitted": !no})
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[2], nil))
}
