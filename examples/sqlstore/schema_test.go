package sqlstore_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// freeze is for the first writing of the fixture alone: what is frozen stays.
var freeze = flag.Bool("freeze", false, "write the rows of testdata/v1 with the store as it is now")

// The schema of version 1 was tickets and feedback. Its SQL and rows that a desk
// wrote over it lie in testdata/v1 as they were then.
const (
	oldDialects = "testdata/v1"
	oldWord     = "Zwetschgenröster" // a customer that has lived, see live
	oldOther    = "Kaiserschmarrn"   // and another
)

// bare is a database without tables.
func bare(t *testing.T, engine sqlstore.Engine) *sqlstore.Store {
	t.Helper()
	if engine == sqlstore.EnginePostgres {
		return sqlstore.Postgres(postgres(t, pgx.ReadCommitted))
	}
	s, err := sqlstore.OpenSQLite(filepath.Join(t.TempDir(), "desk with spaces.db"))
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	return s
}

// old is a database of version 1.
func old(t *testing.T, engine sqlstore.Engine) *sqlstore.Store {
	t.Helper()
	s, dialect := bare(t, engine), goose.DialectPostgres
	if engine == sqlstore.EngineSQLite {
		dialect = goose.DialectSQLite3
	}
	files := os.DirFS(filepath.Join(oldDialects, string(engine)))
	p, err := goose.NewProvider(dialect, s.DB(), files, goose.WithTableName("kulanz_migration"))
	check(t, err)
	_, err = p.Up(t.Context())
	check(t, err)
	return s
}

func oldRows(engine sqlstore.Engine) string {
	return filepath.Join(oldDialects, string(engine)+"_rows.sql")
}

// oldData puts the rows of version 1 in place.
func oldData(t *testing.T, s *sqlstore.Store, engine sqlstore.Engine) {
	t.Helper()
	rows, err := os.ReadFile(oldRows(engine))
	check(t, err)
	for statement := range strings.SplitAfterSeq(string(rows), ";\n") {
		_, err := s.DB().ExecContext(t.Context(), statement)
		check(t, err)
	}
}

func oldEngines() []sqlstore.Engine {
	return []sqlstore.Engine{sqlstore.EngineSQLite, sqlstore.EnginePostgres}
}

// A database of version 1 is brought forward with its data in place, and the shop
// goes on as if nothing had been.
func TestMigrateWithDataInPlace(t *testing.T) {
	t.Parallel()
	for _, engine := range oldEngines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			s := old(t, engine)
			if *freeze {
				o := newOffice(t, s)
				o.live(t, oldWord)
				o.live(t, oldOther)
				check(t, os.WriteFile(oldRows(engine), []byte(dump(t, s)), 0o600))
				return
			}
			oldData(t, s, engine)
			before := counts(t, s)
			check(t, s.Migrate(t.Context()))
			check(t, s.Migrate(t.Context())) // a second time there is nothing to do
			for table, n := range before {
				if now := counts(t, s)[table]; now != n && table != "kulanz_migration" {
					t.Errorf("%s had %d rows and has %d", table, n, now)
				}
			}
			goesOn(t, s)
		})
	}
}

// goesOn works with what version 1 has left.
func goesOn(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	ctx := t.Context()
	o := newOffice(t, s)
	page, err := o.tickets.List(ctx, tickettest.Agent("anna"), ticket.Query{Customer: oldWord, Limit: 10})
	check(t, err)
	byLabel, err := s.Tickets().List(ctx, ticket.Query{Shop: tickettest.Shop, Label: "order:" + oldWord, Limit: 10})
	check(t, err)
	if len(page.Tickets) != 1 || page.Tickets[0].State != ticket.StateResolved || len(byLabel.Records) != 1 {
		t.Fatalf("%d tickets of the customer, %d with its order", len(page.Tickets), len(byLabel.Records))
	}
	was := page.Tickets[0]
	events, err := o.tickets.Events(ctx, was.Ref())
	check(t, err)
	var replayed ticket.Ticket
	for _, e := range events {
		replayed = ticket.Apply(replayed, e)
	}
	if len(events) < 10 || replayed.State != was.State || replayed.Seq != was.Seq || replayed.Subject != oldWord {
		t.Errorf("%d events, of which the sum is %s at %d, not %s at %d", len(events), replayed.State, replayed.Seq, was.State, was.Seq)
	}
	again, err := o.tickets.Receive(ctx, firstMail(oldWord))
	check(t, err)
	more, err := o.tickets.Receive(ctx, tickettest.Mail("mail-2", oldWord, oldWord))
	check(t, err)
	if again.Outcome != ticket.Duplicate || more.Outcome != ticket.Reawakened || more.Ticket.ID != was.ID {
		t.Errorf("the same mail is %s, another %s", again.Outcome, more.Outcome)
	}
	_, err = o.tickets.Do(ctx, tickettest.Agent("anna"), was.Ref(), ticket.Reply{Text: "Anna: Guten Tag"})
	check(t, err)
	o.tick(t)
	if sent := o.tickets.Outbox.Sent(); len(sent) == 0 || sent[len(sent)-1].Event.Message().Text != "Anna: Guten Tag" {
		t.Errorf("%d messages went out, and not the last", len(sent))
	}
	asked, err := o.feedback.Ask(ctx, "after-ticket", feedback.Subject{
		Shop: tickettest.Shop, Customer: oldWord, Ref: oldWord, Moment: feedback.MomentResolved, At: o.tickets.Clock.Now(),
	})
	check(t, err)
	if asked.Decision.Verdict != feedback.Never {
		t.Errorf("a customer is asked again about what it has answered: %s", asked.Decision.Verdict)
	}
	o.exported(t, oldWord, oldOther)
	o.erase(t, oldWord)
	if left := found(t, s, oldWord); len(left) > 0 {
		t.Errorf("the erased customer's word is still in %v", left)
	}
	if kept := found(t, s, oldOther); len(kept) < 6 {
		t.Errorf("the other customer's word is in %v alone", kept)
	}
}

// Every promise of the stores holds in tables that came from version 1, and had rows.
func TestSuitesOnAnOldDatabase(t *testing.T) {
	t.Parallel()
	for _, engine := range oldEngines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			s := old(t, engine)
			oldData(t, s, engine)
			check(t, s.Migrate(t.Context()))
			suites(t, func(tb testing.TB) *sqlstore.Store {
				tb.Helper()
				return emptied(tb, opened{Store: s}).Store
			})
		})
	}
}

// A database that came from version 1 has the same tables and indexes as a fresh
// one, nobody has changed a migration that was out; and so has one that other tests
// use, which none of our migrators has made.
func TestOldAndFreshSchemasAreAlike(t *testing.T) {
	t.Parallel()
	opens := map[sqlstore.Engine]func(tb testing.TB) opened{
		sqlstore.EngineSQLite: openSQLite, sqlstore.EnginePostgres: openPgx(pgx.ReadCommitted),
	}
	for engine, open := range opens {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			came, fresh := old(t, engine), bare(t, engine)
			check(t, came.Migrate(t.Context()))
			check(t, fresh.Migrate(t.Context()))
			want := catalog(t, fresh.DB(), engine)
			if got := catalog(t, came.DB(), engine); !slices.Equal(got, want) || len(want) < 40 {
				t.Errorf("came from version 1:\n%s\n\nfresh:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			ours := func(line string) bool { return strings.Contains(line, "kulanz_migration") }
			got, want := slices.DeleteFunc(catalog(t, open(t).DB(), engine), ours), slices.DeleteFunc(want, ours)
			if !slices.Equal(got, want) {
				t.Errorf("by plain SQL:\n%s\n\nfresh:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// Every migration is plain SQL that a host's own migrator can run: in the order of
// the names, each file up to its "Down".
func TestMigrationsArePlainSQL(t *testing.T) {
	t.Parallel()
	for _, engine := range oldEngines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			files, err := sqlstore.Migrations(engine)
			check(t, err)
			names, err := fs.Glob(files, "*.sql")
			check(t, err)
			s := bare(t, engine)
			for i, name := range names {
				if !strings.HasPrefix(name, fmt.Sprintf("%05d_", i+1)) {
					t.Errorf("%s is not the next file", name)
				}
				for _, statement := range upOf(t, files, name) {
					_, err := s.DB().ExecContext(t.Context(), statement)
					check(t, err)
				}
			}
			newOffice(t, s).live(t, oldWord)
		})
	}
}
