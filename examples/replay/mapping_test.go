package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
)

// TestShippedFiles: what comes with the program is valid.
func TestShippedFiles(t *testing.T) {
	t.Parallel()
	mappings, err := filepath.Glob("mappings/*.json")
	require.NoError(t, err)
	assert.Len(t, mappings, 4)
	for _, file := range mappings {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		m, err := replay.ParseMapping(data)
		require.NoError(t, err, file)
		assert.Equal(t, m.ID+".json", filepath.Base(file))
		assert.NotEmpty(t, m.About)
		assert.Contains(t, replay.ShippedPolicies(), m.Policy)
	}
	for _, name := range replay.ShippedPolicies() {
		data, err := os.ReadFile(filepath.Join("policies", name))
		require.NoError(t, err)
		assert.NoError(t, replay.ParsePolicy(data), name)
	}
}

const goodMapping = `{
	"id": "x", "about": "", "columns": {"case": "c", "activity": ["a"], "at": "t"}, "layout": "2006-01-02",
	"desk": {"zone": "UTC", "hours": "24/7", "reopen_window": {"n": 1, "unit": "day"}}, "policy": "shop.json",
	"activities": {"open": {"steps": [{"in": ["none"], "give": [{"by": "customer", "do": "create", "text": "?"}]}]}}
}`

// TestMappingFaults: every fault is reported, with its path.
func TestMappingFaults(t *testing.T) {
	t.Parallel()
	_, err := replay.ParseMapping([]byte(goodMapping))
	require.NoError(t, err)
	step := `{"in": ["none"], "give": [{"by": "customer", "do": "create", "text": "?"}]}`
	for _, test := range []struct {
		old, wrong string
		says       []string
	}{
		{`"id": "x"`, `"id": "", "zone": "Nowhere"`, []string{`id: "" is missing`, `zone: "Nowhere" is no time zone`}},
		{`"case": "c", "activity": ["a"], "at": "t"`, ``, []string{"columns.case", "columns.activity", "columns.at"}},
		{`"layout": "2006-01-02"`, `"layout": ""`, []string{"layout"}},
		{`"zone": "UTC", "hours": "24/7"`, `"zone": "", "hours": ""`, []string{"desk.zone", "desk.hours"}},
		{`{"open": {"steps": [` + step + `]}}`, `{}`, []string{`activities: "" is empty`}},
		{step, ``, []string{"activities.open: \"\" needs either steps or like"}},
		{`{"open": {"steps"`, `{"open": {"like": "other", "steps"`, []string{`activities.open.like: "other"`, "needs either"}},
		{step, `{"in": ["nowhere"], "give": []}`, []string{`activities.open.steps[0].in[0]: "nowhere"`, "steps[0].give"}},
		{step, `{"give": [{"by": "nobody", "do": "fly"}]}`, []string{`give[0].by: "nobody"`, `give[0].do: "fly"`}},
		{step, `{"give": [{"by": "agent", "do": "accept", "text": "x"}, {"by": "agent", "do": "resolve"}]}`, []string{
			`give[0].text: "x" does not belong to accept`, `give[1].code: "" is missing`, `give[1].text: "" is missing`,
		}},
		{step, `{"give": [{"by": "customer", "do": "create", "text": "?"}]}`, []string{"must come first"}},
		{`"policy": "shop.json"`, `"policy": "shop.json", "colour": "red"`, []string{`unknown field "colour"`}},
		{`}]}]}}` + "\n}", `}]}]}}` + "\n} {}", []string{"something follows"}},
	} {
		t.Run(test.wrong, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, goodMapping, test.old)
			_, err := replay.ParseMapping([]byte(strings.Replace(goodMapping, test.old, test.wrong, 1)))
			require.Error(t, err)
			for _, s := range test.says {
				assert.ErrorContains(t, err, s)
			}
		})
	}
}

// TestPolicyFaults: a policy file is read strictly, and all its calendars'
// faults are reported.
func TestPolicyFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file string
		says []string
	}{
		{`{`, []string{"EOF"}},
		{`{"calendars": [{"id": "a", "zone": "X"}, {"id": "b", "zone": "UTC", "holidays": "DE-XX"}]}`, []string{"calendars[0]", "calendars[1]", "DE-XX"}},
		{`{"policy": {"id": "p", "rules": [{"id": "r", "targets": [{"metric": "speed", "clock": "desk"}]}]}}`, []string{"speed"}},
		{`{"calendars": [{"id": "a", "zone": "UTC", "hours": "Mo-Xx 9-5"}]}`, []string{"Xx"}},
	} {
		err := replay.ParsePolicy([]byte(test.file))
		require.Error(t, err, test.file)
		for _, s := range test.says {
			assert.ErrorContains(t, err, s)
		}
	}
	for _, region := range []string{"AT", "IT", "SE", "DE-BY-A", "NW"} {
		assert.NoError(t, replay.ParsePolicy([]byte(`{"calendars": [{"id": "a", "zone": "UTC", "hours": "24/7", "holidays": "`+region+`"}],
			"policy": {"id": "p", "rules": [{"id": "r", "targets": [{"metric": "first_response", "period": {"n": 1, "unit": "work_hour"}, "clock": "a"}]}]}}`)), region)
	}
}
