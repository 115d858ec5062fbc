package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// What the package's own statements are put together from beside literals and
// constants. A new name here needs the reason why no value from outside is in it.
func partsOfStatements() map[string]string {
	return map[string]string{
		"h.name":                        "a shelf's table, one of three literals",
		"columns":                       "a literal of the caller",
		"h.columns":                     "a shelf's columns, one of two constants",
		`strings.Join(t.columns, ", ")`: "literals of the store that calls",
		"k.kind":                        "part of a map's key, not of a statement",
		"strconv.Itoa(n)":               "a parameter's number",
		"column":                        "a literal of the caller",
		"hold":                          "a literal",
		"where":                         "a constant",
		"resolve":                       "a literal of the caller",
		"side":                          "a column, one of two literals",
		"one":                           "question marks",
	}
}

// Every string that the package adds up consists of literals, constants and the
// names above: values are parameters.
func TestStatementsAreParameterised(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	check(t, err)
	consts, sums := make(map[string]bool), 0
	var all []*ast.File
	fset := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		check(t, err)
		all = append(all, f)
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok {
						for _, id := range v.Names {
							consts[id.Name] = true
						}
					}
				}
			}
			return true
		})
	}
	known := partsOfStatements()
	for _, f := range all {
		ast.Inspect(f, func(n ast.Node) bool {
			sum, ok := n.(*ast.BinaryExpr)
			if !ok || sum.Op != token.ADD || !hasText(sum) {
				return true
			}
			sums++
			for _, leaf := range leaves(sum) {
				if id, ok := leaf.(*ast.Ident); ok && consts[id.Name] {
					continue
				}
				if lit, ok := leaf.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					continue
				}
				var b strings.Builder
				check(t, printer.Fprint(&b, fset, leaf))
				_, listed := known[b.String()]
				if !listed && !strings.HasPrefix(b.String(), `strings.Repeat("`) && b.String() != "string(e)" && b.String() != "string(hash)" {
					t.Errorf("%s: %s is part of a text that may be a statement", fset.Position(leaf.Pos()), b.String())
				}
			}
			return false
		})
		for _, i := range f.Imports {
			if i.Path.Value == `"text/template"` {
				t.Errorf("%s writes by templates", fset.Position(i.Pos()))
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if sel, is := n.(*ast.SelectorExpr); is && strings.HasPrefix(sel.Sel.Name, "Sprint") {
				t.Errorf("%s formats a text", fset.Position(sel.Pos()))
			}
			return true
		})
	}
	if sums < 15 {
		t.Errorf("only %d sums of texts found: the test looks at the wrong place", sums)
	}
}

func leaves(e ast.Expr) []ast.Expr {
	if sum, ok := e.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		return append(leaves(sum.X), leaves(sum.Y)...)
	}
	return []ast.Expr{e}
}

func hasText(e ast.Expr) bool {
	for _, l := range leaves(e) {
		if lit, ok := l.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			return true
		}
	}
	return false
}

// marked stands in every text that a customer or a caller has given, with what
// would end a literal.
const marked = `Geheimnis'"; --`

// wire notes the statements that go to PostgreSQL, without their parameters.
type wire struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (w *wire) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	w.note(data.SQL)
	return ctx
}

func (w *wire) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (w *wire) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (w *wire) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	w.note(data.SQL)
}

func (w *wire) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (w *wire) note(statement string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen[statement] = true
}

// No value is in what goes over the wire as a statement.
func TestNoValueInAStatement(t *testing.T) {
	t.Parallel()
	w := &wire{seen: make(map[string]bool)}
	owner := postgres(t, pgx.ReadCommitted)
	migrated(t, sqlstore.Postgres(owner))
	cfg := owner.Config()
	cfg.ConnConfig.Tracer = w
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	check(t, err)
	t.Cleanup(pool.Close)
	s := sqlstore.Postgres(pool)
	o := newOffice(t, s)
	o.live(t, marked)
	for _, q := range searches(marked) {
		_, err := s.Tickets().List(t.Context(), q)
		check(t, err)
	}
	o.erase(t, marked)
	for statement := range w.seen {
		if strings.Contains(statement, "Geheimnis") || strings.Contains(statement, "Anna") {
			t.Errorf("a value is in %s", statement)
		}
	}
	if len(w.seen) < 30 {
		t.Errorf("only %d statements seen", len(w.seen))
	}
}

// searches are queries that ask for a text in every way there is.
func searches(text string) []ticket.Query {
	return []ticket.Query{
		{Shop: text, Limit: 5},
		{Shop: tickettest.Shop, Kind: ticket.RecordKind(text), Limit: 5},
		{Shop: tickettest.Shop, States: []ticket.State{ticket.State(text), "open"}, Limit: 5},
		{Shop: tickettest.Shop, Assignee: text, Limit: 5},
		{Shop: tickettest.Shop, Team: text, Limit: 5},
		{Shop: tickettest.Shop, Customer: text, Limit: 5},
		{Shop: tickettest.Shop, Label: text, Limit: 5},
		{Shop: tickettest.Shop, Order: ticket.Order(text), Limit: 5},
	}
}

// Whatever goes wrong in the database, what is logged of it tells nothing of a
// customer, nor what was searched for.
func TestErrorsTellNothingPersonal(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			check(t, marksCommit(t, o.Tickets(), commitFor("first", nil)))
			failures := map[string]error{}
			for what, fn := range wrongs(t, o) {
				failures[what] = fn()
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			failures["cancelled"] = o.Tickets().Commit(ctx, commitFor("cancelled", nil))
			_, err := o.DB().ExecContext(t.Context(), "DROP TABLE kulanz_ticket_due")
			check(t, err)
			failures["a table that is not there"] = o.Tickets().Commit(t.Context(), commitFor("gone", nil))
			_, err = o.DB().ExecContext(t.Context(), "ALTER TABLE kulanz_ticket RENAME TO kulanz_elsewhere")
			check(t, err)
			for i, q := range searches(marked) {
				_, failures[fmt.Sprintf("search %d", i)] = o.Tickets().List(t.Context(), q)
			}
			for what, err := range failures {
				if err == nil && !strings.HasPrefix(what, "NUL") && !strings.HasPrefix(what, "long") { // which SQLite keeps
					t.Errorf("%s: no error", what)
				}
				if err != nil {
					tellsNothing(t, what, err)
				}
			}
		})
	}
}

// tellsNothing looks at all ways to log an error.
func tellsNothing(t *testing.T, what string, err error) {
	t.Helper()
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Error("failed", "err", err)
	slog.New(slog.NewTextHandler(&b, nil)).Error("failed", "err", err)
	fmt.Fprintf(&b, "%s %v %+v", err, err, errors.Join(err))
	if strings.Contains(b.String(), "Geheimnis") {
		t.Errorf("%s tells: %s", what, b.String())
	}
}

func marksCommit(t *testing.T, s ticket.Store, c ticket.Commit) error {
	t.Helper()
	return s.Commit(t.Context(), c)
}

// commitFor is a commit with the mark in every field; change makes it wrong.
func commitFor(id string, change func(c *ticket.Commit)) ticket.Commit {
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	r := ticket.Record{
		Kind: ticket.RecordTicket, Shop: tickettest.Shop, ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(id)), Version: 1, State: "open",
		Assignee: marked, Team: marked, Customer: marked, Created: at, Updated: at, Wake: at, Labels: []string{"order:" + marked},
		Data: []byte(marked),
	}
	c := ticket.Commit{At: at, Changes: []ticket.Change{{Next: r, Events: []ticket.StoredEvent{
		{Seq: 1, ID: uuid.NewSHA1(uuid.NameSpaceURL, []byte(id)), At: at, Kind: "create", Data: []byte(marked)},
	}}}}
	if change != nil {
		change(&c)
	}
	return c
}

// wrongs are commits and searches that a database refuses.
func wrongs(t *testing.T, o opened) map[string]func() error {
	t.Helper()
	commit := func(id string, change func(c *ticket.Commit)) func() error {
		return func() error { return o.Tickets().Commit(t.Context(), commitFor(id, change)) }
	}
	var random strings.Builder // not to be compressed below what an index takes
	for i := range 400 {
		random.WriteString(marked + uuid.NewSHA1(uuid.NameSpaceDNS, []byte{byte(i), byte(i >> 8)}).String())
	}
	long := random.String()
	return map[string]func() error{
		"there already":          commit("first", nil),
		"an event that is there": commit("first", func(c *ticket.Commit) { c.Changes[0].Expect, c.Changes[0].Next.Version = 1, 2 }),
		"NUL in a customer":      commit("nul", func(c *ticket.Commit) { c.Changes[0].Next.Customer += "\x00" }),
		"NUL in a label":         commit("nul label", func(c *ticket.Commit) { c.Changes[0].Next.Labels[0] += "\x00" }),
		"long customer":          commit("long", func(c *ticket.Commit) { c.Changes[0].Next.Customer = long }),
		"long label":             commit("long label", func(c *ticket.Commit) { c.Changes[0].Next.Labels[0] = long }),
		"NUL in a search": func() error {
			_, err := o.Tickets().List(t.Context(), ticket.Query{Shop: tickettest.Shop, Customer: marked + "\x00", Limit: 5})
			return err
		},
		"labels that are no JSON": func() error {
			at := "WHERE customer = '" + strings.ReplaceAll(marked, "'", "''") + "'"
			if _, err := o.DB().ExecContext(t.Context(), "UPDATE kulanz_ticket SET labels = '[\"Geheimnis' "+at); err != nil {
				return err
			}
			_, err := o.Tickets().Load(t.Context(), commitFor("first", nil).Changes[0].Next.Ref())
			return err
		},
		"feedback that is there": func() error {
			w := feedback.Commit{Writes: []feedback.Write{{Next: feedback.Record{
				Kind: feedback.RecordInvitation, Shop: tickettest.Shop, ID: uuid.Max, Version: 1, Customer: marked, Data: []byte(marked),
			}}}}
			return errors.Join(o.Feedback().Commit(t.Context(), w), o.Feedback().Commit(t.Context(), w))
		},
	}
}
