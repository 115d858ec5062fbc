package statute_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// FuzzParse: whatever the file, Parse gives faults or a set that survives JSON
// and that counts, in bounded time and without a panic.
func FuzzParse(f *testing.F) {
	builtin, err := json.Marshal(statute.Builtin())
	require.NoError(f, err)
	for _, seed := range []string{
		string(builtin), `{"statutes":[]}`, `{"statutes":[` + good + `]}`, `{"statutes":[{"period":[[1,"day"],null,[1e9,"x"]]}]}`,
		`{"statutes":[null,{},{"id":"a","id":"b","ID":"c"}]}`, `[`, `{"statutes":{"a":1}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := statute.Parse(data)
		if err != nil {
			require.ErrorIs(t, err, sla.ErrInvalid)
			require.Nil(t, set)
			return
		}
		again, err := json.Marshal(set)
		require.NoError(t, err)
		back, err := statute.Parse(again)
		require.NoError(t, err)
		require.Equal(t, set, back)
		for s := range set.All() {
			d, err := s.Deadline(statute.Events{s.Trigger: {statute.On(sla.Date{Year: 2026, Month: 11, Day: 30})}}, holiday.Common(), time.UTC)
			if err == nil && d.Due() {
				require.False(t, d.LastDay.Before(d.RawEnd))
			}
		}
	})
}

// FuzzEvents: events are read or refused, and what is read is written back.
func FuzzEvents(f *testing.F) {
	for _, seed := range []string{
		`{"a":"2026-11-02","b":["2026-11-02T23:30:00Z","2026-11-03"],"c":true}`, `{"a":[],"a":true}`, `{"a":null}`, `[]`,
		`{"a":"0001-01-01T00:00:00Z"}`, `{"a":"2026-11-02T24:00:00+24:00"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var es statute.Events
		if json.Unmarshal(data, &es) != nil {
			return
		}
		again, err := json.Marshal(es)
		require.NoError(t, err)
		var back statute.Events
		require.NoError(t, json.Unmarshal(again, &back), string(again))
		require.Len(t, back, len(es))
	})
}
