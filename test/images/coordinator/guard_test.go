package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// The operator's unit tests read the same table: the two must agree on which Milvus starts beside which version key.
func TestVersionKey(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "version-key.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Milvus, Key string
		Starts      bool
	}
	if err := json.Unmarshal(text, &rows); err != nil || len(rows) == 0 {
		t.Fatal(rows, err)
	}
	for _, row := range rows {
		own, err := parseVersion(row.Milvus)
		if err != nil {
			t.Fatal(err)
		}
		key, err := parseVersion(row.Key)
		if err != nil {
			t.Fatal(err)
		}
		if own.mayFollow(key) != row.Starts {
			t.Errorf("Milvus %s beside the key %s: want %v", row.Milvus, row.Key, row.Starts)
		}
	}
}
