package escalation_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/escalation"
)

// refCase is a reference case: facts and what has to come out.
type refCase struct {
	ID     string          `json:"id"`
	Kind   string          `json:"kind"`
	Title  string          `json:"title"`
	Input  json.RawMessage `json:"input"`
	Expect json.RawMessage `json:"expect"`
}

// casesOf reads the reference cases of a kind; there are at least so many.
func casesOf(t *testing.T, kind string, least int) []refCase {
	t.Helper()
	data, err := os.ReadFile("testdata/cases/" + kind + ".json")
	require.NoError(t, err)
	var file struct {
		Cases []refCase `json:"cases"`
	}
	require.NoError(t, json.Unmarshal(data, &file))
	var out []refCase
	for _, c := range file.Cases {
		if c.Kind == kind {
			out = append(out, c)
		}
	}
	require.GreaterOrEqual(t, len(out), least)
	return out
}

// read decodes the input of a case and what it expects.
func (c refCase) read(t *testing.T, in, expect any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(c.Input, in))
	require.NoError(t, json.Unmarshal(c.Expect, expect))
}

func TestConditionCases(t *testing.T) {
	s := schema(t,
		escalation.Field{Name: "customer_contacts_7d", Type: escalation.TypeInteger},
		escalation.Field{Name: "status", Type: escalation.TypeText},
		escalation.Field{Name: "vip", Type: escalation.TypeFlag},
		escalation.Field{Name: "signals", Type: escalation.TypeList},
		escalation.Field{Name: "order_value_cents", Type: escalation.TypeInteger},
		escalation.Field{Name: "author_kind", Type: escalation.TypeText},
	)
	for _, c := range casesOf(t, "condition", 5) {
		t.Run(c.ID+" "+c.Title, func(t *testing.T) {
			var in struct {
				Condition json.RawMessage `json:"condition"`
				Facts     map[string]any  `json:"facts"`
			}
			var want struct {
				Match bool `json:"match"`
			}
			c.read(t, &in, &want)
			got := compiled(t, s, string(in.Condition))
			assert.Equal(t, want.Match, got.Match(facts(t, s, in.Facts)))
		})
	}
}
