package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/feedback/tone"
)

// readRemarks reads the remarks of contacts with a shop, a gzip CSV with the
// columns remark and csat: a 5 is good, 1 and 2 are bad, the others are left out.
func readRemarks(path string) ([]labelled, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	plain, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	rows := csv.NewReader(plain)
	head, err := rows.Read()
	if err != nil {
		return nil, err
	}
	remark, csat := slices.Index(head, "remark"), slices.Index(head, "csat")
	if remark < 0 || csat < 0 {
		return nil, errors.New(path + ": has no columns remark and csat")
	}
	var list []labelled
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		text := strings.TrimSpace(row[remark])
		if text == "" {
			continue
		}
		switch row[csat] {
		case "5":
			list = append(list, labelled{text, tone.Positive})
		case "1", "2":
			list = append(list, labelled{text, tone.Negative})
		}
	}
}
