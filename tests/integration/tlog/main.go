// Reads a log of ours with what others wrote: golang.org/x/mod/sumdb/tlog checks every tile
// against the checkpoint's root on its way, sumdb/note the signature.
//
//	tlog DIR KEY       every leaf's hash through authenticated tiles, then its proof
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tiles is a folder in the layout of C2SP tlog-tiles.
type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(want []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(want))
	for i, tile := range want {
		// theirs is tile/8/LEVEL/INDEX[.p/WIDTH]
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			return nil, err
		}
		found[i] = data
	}
	return found, nil
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	dir := os.Args[1]
	verifier, err := note.NewVerifier(os.Args[2])
	must(err)
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err)
	signed, err := note.Open(text, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(signed.Text, "\n")
	n, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)

	tree := tlog.Tree{N: n, Hash: root}
	reader := tlog.TileHashReader(tree, tiles{dir})
	for i := int64(0); i < n; i++ {
		leaves, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
		must(err)
		proof, err := tlog.ProveRecord(n, i, reader)
		must(err)
		must(tlog.CheckRecord(proof, n, root, i, leaves[0]))
	}
	for m := int64(1); m <= n; m++ {
		old, err := tlog.TreeHash(m, reader)
		must(err)
		proof, err := tlog.ProveTree(n, m, reader)
		must(err)
		must(tlog.CheckTree(proof, n, root, m, old))
	}
	fmt.Println(n)
}
