package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/jobs"
	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
)

// What a process that is to be killed gets from the one that kills it.
const (
	envWorkFile   = "KULANZ_JOBS_FILE"   // a database file, or
	envWorkSchema = "KULANZ_JOBS_SCHEMA" // a schema of KULANZ_POSTGRES
	envWorkOutbox = "KULANZ_JOBS_OUTBOX" // the file that messages go to
)

// TestWorkUntilKilled is no test but the process that is killed.
func TestWorkUntilKilled(t *testing.T) {
	outbox := os.Getenv(envWorkOutbox)
	if outbox == "" {
		t.Skip("started by TestKilledWorkersLoseNothing alone")
	}
	var s *shop
	if file := os.Getenv(envWorkFile); file != "" {
		store := openFile(t, file)
		queue, err := jobs.OnSQLite(t.Context(), store.DB())
		require.NoError(t, err)
		s = opened(t, store, queue)
	} else {
		pool := poolOf(t, os.Getenv(envWorkSchema))
		queue, err := jobs.OnPostgres(pool)
		require.NoError(t, err)
		s = opened(t, sqlstore.Postgres(pool), queue)
	}
	s.run(t, jobs.Config{Workers: 4, Timeout: workTimeout, Deliver: appendTo(outbox, beforeKill)})
	select {} // until it is killed
}

// workTimeout is short, so that what the killed held is soon taken over.
const workTimeout = 500 * time.Millisecond

// beforeKill is how much a process brings out before all its workers hang, with a
// message sent and not noted in the hand of each.
const beforeKill = 8

// appendTo delivers into a file; after so many it delivers and never says so.
func appendTo(path string, hangAfter int64) func(context.Context, ticket.Outgoing) error {
	var sent atomic.Int64
	return func(_ context.Context, o ticket.Outgoing) error {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(f, o.Event.ID, o.MessageID); err != nil {
			return err
		}
		if sent.Add(1) > hangAfter {
			select {}
		}
		return f.Close()
	}
}

// messages reads such a file: message ids by effect.
func messages(tb testing.TB, path string) map[string][]string {
	tb.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(tb, err)
	defer func() { require.NoError(tb, f.Close()) }()
	all := make(map[string][]string)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		effect, message, ok := strings.Cut(lines.Text(), " ")
		require.True(tb, ok)
		all[effect] = append(all[effect], message)
	}
	return all
}

// Workers are killed in the middle of their work; others bring out what they had
// taken, under the same ids.
func TestKilledWorkersLoseNothing(t *testing.T) {
	t.Parallel()
	const replies, kills, workers = 40, 2, 4
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ctx := open(t), t.Context()
			ref := s.ticket(t, "m1")
			for n := range replies {
				s.reply(t, ref, fmt.Sprint("Antwort ", n))
			}
			outbox := filepath.Join(t.TempDir(), "outbox")
			for k := range kills {
				child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestWorkUntilKilled$", "-test.timeout=60s")
				child.Env = append(os.Environ(), envWorkOutbox+"="+outbox, s.where)
				require.NoError(t, child.Start())
				eventually(t, "it works", func() bool { return len(messages(t, outbox)) > beforeKill*(k+1) })
				require.NoError(t, child.Process.Kill())
				assert.Error(t, child.Wait())
			}
			time.Sleep(2*workTimeout + 100*time.Millisecond)
			_, err := s.DB().ExecContext(ctx, "DELETE FROM river_leader") // as its lease does after 15 seconds
			require.NoError(t, err)
			s.run(t, jobs.Config{Timeout: workTimeout, Deliver: appendTo(outbox, replies*2)})
			eventually(t, "all is done", func() bool {
				var left int
				require.NoError(t, s.DB().QueryRowContext(ctx,
					"SELECT count(*) FROM river_job WHERE kind = 'kulanz_ticket_effect' AND state <> 'completed'").Scan(&left))
				return left == 0
			})
			require.Len(t, messages(t, outbox), replies, "nothing is lost")
			want, again := s.outboundText(t), 0
			for effect, ids := range messages(t, outbox) {
				for _, id := range ids {
					assert.Equal(t, want[effect], id)
				}
				again += len(ids) - 1
			}
			assert.Positive(t, again, "they were killed with something in hand")
			assert.LessOrEqual(t, again, kills*workers, "only what the killed had in hand is sent again")
			failed, err := s.queue.Failed(ctx, 10)
			require.NoError(t, err)
			assert.Empty(t, failed)
		})
	}
}

func (s *shop) outboundText(tb testing.TB) map[string]string {
	tb.Helper()
	all := make(map[string]string)
	for id, message := range s.outbound(tb) {
		all[id.String()] = message
	}
	return all
}
