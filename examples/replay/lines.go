package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of what is read as one record.
const (
	maxLine        = 1 << 20 // bytes
	maxRecordLines = 16      // of a record with line breaks in quotes
)

// records reads a CSV file record by record. Unlike a csv.Reader it goes on
// after a record that cannot be read, so that one stray quote does not swallow
// the rest of the file.
type records struct {
	in   *bufio.Reader
	line int      // of the last physical line read, from 1
	back []string // lines read ahead and given back
	buf  []byte   // of the line being read
}

// record is the fields of one record, or why they could not be read.
type record struct {
	line   int // where it starts
	fields []string
	err    error
}

// newRecords reads from plain or gzipped CSV, with or without a byte order
// mark.
func newRecords(r io.Reader) (*records, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		zipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		in = bufio.NewReaderSize(zipped, 1<<16)
	}
	if bom, err := in.Peek(3); err == nil && bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		if _, err := in.Discard(len(bom)); err != nil {
			return nil, err
		}
	}
	return &records{in: in}, nil
}

// errLongLine is a line beyond maxLine.
var errLongLine = errors.New("the line is too long")

// next returns the next record that is not empty; io.EOF after the last.
func (r *records) next() (record, error) {
	for {
		line, err := r.read()
		rec := record{line: r.line}
		switch {
		case errors.Is(err, errLongLine):
			rec.err = err
			return rec, nil
		case err != nil:
			return record{}, err
		case line == "":
			continue
		case !strings.Contains(line, `"`):
			rec.fields = strings.Split(line, ",")
			return rec, nil
		}
		rec.fields, rec.err = r.quoted(line)
		return rec, nil
	}
}

// quoted reads a record with quotes, which may go on over further lines.
// Where no end is found, only its first line counts as bad.
func (r *records) quoted(line string) ([]string, error) {
	text := line
	var ahead []string
	for strings.Count(text, `"`)%2 == 1 && len(ahead) < maxRecordLines-1 {
		more, err := r.read()
		if err != nil {
			break
		}
		ahead = append(ahead, more)
		text += "\n" + more
	}
	fields, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		r.unread(ahead)
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			err = parse.Err // its line numbers are those of the text
		}
	}
	return fields, err
}

// unread gives back the lines that were read ahead.
func (r *records) unread(lines []string) {
	r.back = append(lines, r.back...)
	r.line -= len(lines)
}

// read returns the next physical line without its end.
func (r *records) read() (string, error) {
	if len(r.back) > 0 {
		line := r.back[0]
		r.back = r.back[1:]
		r.line++
		return line, nil
	}
	r.buf = r.buf[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		if len(r.buf) <= maxLine {
			r.buf = append(r.buf, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!errors.Is(err, io.EOF) || len(r.buf) == 0):
			return "", err
		}
		r.line++
		if len(r.buf) > maxLine {
			return "", errLongLine
		}
		return string(bytes.TrimRight(r.buf, "\r\n")), nil
	}
}
