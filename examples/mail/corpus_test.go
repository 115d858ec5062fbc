package mail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/ticket"
)

var update = flag.Bool("update", false, "write the golden files anew; read the difference before committing it")

// golden is what a test of the corpus looks at, in an order that reads well.
type golden struct {
	Key       string            `json:"key"`
	Subject   string            `json:"subject"`
	Text      []string          `json:"text"`
	Full      []string          `json:"full,omitempty"` // where it is another
	Auto      ticket.Auto       `json:"auto,omitempty"`
	Signs     []mail.Sign       `json:"signs,omitempty"`
	Silent    bool              `json:"silent,omitempty"`
	InReplyTo []string          `json:"in_reply_to,omitempty"`
	From      string            `json:"from,omitempty"`
	Name      string            `json:"name,omitempty"`
	Customer  string            `json:"customer,omitempty"`
	Date      time.Time         `json:"date,omitzero"`
	Report    *mail.Report      `json:"report,omitempty"`
	Files     []mail.File       `json:"files,omitempty"`
	Saved     map[string]string `json:"saved,omitempty"` // their first bytes
	Notes     []mail.Code       `json:"notes,omitempty"`
}

// drawer keeps what is saved.
type drawer map[string]string

func (d drawer) Save(_ context.Context, f mail.File, r io.Reader) (string, error) {
	raw, err := io.ReadAll(r)
	d[f.Name] = string(raw)
	return "file/" + f.Name, err
}

func options(d drawer) mail.Options {
	return mail.Options{
		Shop: "laden.example", Raw: "raw/1", Own: []string{"Service@laden.example"},
		Lists: []string{"service.laden.example"}, Save: d.Save,
		Customer: func(_ context.Context, s mail.Sender) (ticket.Customer, error) {
			if strings.EqualFold(s.Address, "erika@kundin.example") {
				return ticket.Customer{Ref: "c1", Language: "de"}, nil
			}
			return ticket.Customer{}, nil
		},
	}
}

// TestCorpus reads every mail in testdata and holds it against what a person
// has looked at.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/*.eml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 50)
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".eml"), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			require.NoError(t, err)
			saved := drawer{}
			p, err := mail.Parse(t.Context(), bytes.NewReader(raw), options(saved))
			require.NoError(t, err)
			in := p.Inbound
			assert.Equal(t, "laden.example", in.Shop)
			assert.Equal(t, "raw/1", in.Raw)
			assert.Equal(t, ticket.ChannelEmail, in.Channel)
			assert.Len(t, in.Attachments, len(p.Files))
			g := golden{
				Key: in.Key, Subject: in.Subject, Text: strings.Split(in.Text, "\n"), Auto: in.Auto, Signs: p.Signs,
				Silent: p.Silent, InReplyTo: in.InReplyTo, From: p.Sender.Address, Name: p.Sender.Name,
				Customer: in.Customer.Ref, Date: p.Date.UTC(), Report: p.Report, Files: p.Files, Notes: p.Notes,
				Saved: make(map[string]string),
			}
			if p.Full != in.Text {
				g.Full = strings.Split(p.Full, "\n")
			}
			for k, v := range saved {
				g.Saved[k] = v[:min(len(v), 20)]
			}
			got, err := json.MarshalIndent(g, "", "  ")
			require.NoError(t, err)
			path := strings.TrimSuffix(name, ".eml") + ".json"
			if *update {
				require.NoError(t, os.WriteFile(path, append(got, '\n'), 0o600))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got)+"\n")
		})
	}
}
