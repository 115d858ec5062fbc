package main_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
	"github.com/kulanz-go/kulanz/ticket"
)

// FuzzLog: whatever a log holds, the program does not panic, every row is
// accounted for, and every event of a history is one step between states.
// What a log covers varies with the collector, so that minimizing never ends:
// go test -fuzz FuzzLog -fuzzminimizetime 1x ./examples/replay.
func FuzzLog(f *testing.F) {
	f.Add([]byte(helpdesk(
		"1|Insert ticket|2012-01-02T08:00:00Z", "1|Wait|2012-01-03T08:00:00Z", "1|Take in charge ticket|2012-01-02T07:00:00Z",
		"1|Resolve ticket|2012-01-04T08:00:00Z", "1|Closed|2012-03-04T08:00:00Z", "1|Wait|2012-03-05T08:00:00Z", "2|x|y",
	)))
	f.Add([]byte("number,incident_state,sys_updated_at,sys_mod_count,opened_at,closed_at,made_sla,priority\n" +
		"1,New,2016-03-01T08:00,1,2016-03-02T08:00,,true,3\n1,Awaiting User Info,2016-03-01T08:00,0,,,false,4\n1,-100,2016-03-01T08:00,2,,,,\n"))
	f.Add([]byte("case:concept:name,time:timestamp,concept:name,lifecycle:transition\n" +
		"1,2012-03-15 11:53:52+00:00,Accepted,In Progress\n1,2012-03-15 11:53:52+00:00,Completed,Closed\n\"1\",,\"\"\"\",\n"))
	f.Add([]byte("\xef\xbb\xbfticket,event,at\n1,opened,2026-01-01T00:00:00Z\n1,answered,2025-01-01T00:00:00Z\n1,\"customer\nwrote\",2026-01-01T00:00:00Z\n"))
	f.Add([]byte{0x1f, 0x8b})
	f.Fuzz(func(t *testing.T, data []byte) {
		l, out, err := replay.ReplayCSV(t.Context(), data, "", 1)
		if err != nil {
			assert.Nil(t, l, "once the header is read, no row ends the replay")
			return
		}
		used := 0
		for _, c := range l.Cases {
			used += len(c.Rows)
		}
		left := l.Bad.Total() - l.Bad.Counts[replay.OutOfOrder] - l.Bad.Counts[replay.AnsweredBefore]
		assert.Equal(t, l.Rows, used+left)

		var r report
		require.NoError(t, json.Unmarshal(out, &r))
		assert.Equal(t, len(l.Cases), r.Life.Cases)
		assert.Equal(t, len(l.Cases), r.SLA.Histories+r.NotJudged)
		events := 0
		for _, m := range r.Life.Moves {
			events += m.Count
		}
		assert.Equal(t, r.Life.Events, events)
		assert.LessOrEqual(t, r.Life.Reopened, r.Life.Resolved)
		assert.Equal(t, r.Life.ByKind[ticket.EventConfirm], r.Life.Closings.Confirmed)
	})
}

// FuzzMapping: no mapping makes the program panic, and one that is accepted
// runs the log that it describes.
func FuzzMapping(f *testing.F) {
	f.Add([]byte(goodMapping))
	for _, name := range []string{"helpdesk", "uci_incident", "bpi13", "sample"} {
		data, err := os.ReadFile("mappings/" + name + ".json")
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := replay.ParseMapping(data)
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		assert.NotEmpty(t, m.Activities)
	})
}

// BenchmarkReplay plays a generated log on one core.
func BenchmarkReplay(b *testing.B) {
	log := []byte(replay.SampleLog(600))
	rows := 0
	for b.Loop() {
		l, _, err := replay.ReplayCSV(b.Context(), log, "", 1)
		if err != nil {
			b.Fatal(err)
		}
		rows += l.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
