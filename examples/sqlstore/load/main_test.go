package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// small is a load of a few hundred tickets.
func small(t *testing.T, args ...string) options {
	t.Helper()
	opt, err := parse(append([]string{
		"-tickets", "300", "-workers", "1,2", "-rounds", "1", "-steps", "20", "-claims", "100", "-pages", "2", "-max", "2m",
	}, args...), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return opt
}

func TestLoadOnSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "load.db")
	loadSmall(t, small(t, "-sqlite", path))
	if left, _ := filepath.Glob(path + "*"); len(left) > 0 {
		t.Errorf("%v are left behind", left)
	}
}

func TestLoadOnPostgres(t *testing.T) {
	dsn := os.Getenv("KULANZ_POSTGRES")
	switch {
	case dsn != "":
	case os.Getenv("CI") != "":
		t.Fatal("KULANZ_POSTGRES names no database")
	default:
		t.Skip("KULANZ_POSTGRES names no database")
	}
	loadSmall(t, small(t, "-postgres", dsn, "-batches"))
	rep := loadSmall(t, small(t, "-postgres", dsn))
	for _, p := range rep.Pages {
		if p.Skips > 0 && !strings.Contains(p.Plan, "Limit") {
			t.Errorf("no plan of %s, %s: %q", p.Order, p.Place, p.Plan)
		}
	}
}

// loadSmall measures, and looks for what any load must show however slow the
// machine is.
func loadSmall(t *testing.T, opt options) report {
	t.Helper()
	rep, err := run(t.Context(), opt, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Loaded.Tickets != 300 || rep.Loaded.Rows < 300*10 || len(rep.Runs) != 2 || len(rep.Pages) != 11 {
		t.Fatalf("loaded %+v, %d runs, %d pages", rep.Loaded, len(rep.Runs), len(rep.Pages))
	}
	for _, r := range rep.Runs {
		desk, hand, writes := r.side(sideDesk), r.side(sideHand), r.side(sideWrites)
		if desk.PerSecond <= 0 || desk.Ratio <= 0 || desk.WritesRatio <= 0 || len(desk.Latencies) != 3 || desk.DuePerSecond <= 0 {
			t.Errorf("%d workers: %+v", r.Workers, desk)
		}
		if r.side(sideStore).Ratio <= 0 || hand.Ratio != 1 || writes.WritesRatio != 1 {
			t.Errorf("%d workers: %+v", r.Workers, r.Sides)
		}
		// The statements by hand count the rows that the database says they wrote;
		// the others count what the desk's commits ask for.
		for _, s := range []side{hand, writes} {
			if diff := s.Rows - desk.Rows; diff < -0.5 || diff > 0.5 || desk.Rows < 4 {
				t.Errorf("%d workers: %.2f rows in a step of the desk, %.2f by %s", r.Workers, desk.Rows, s.Rows, s.Name)
			}
		}
	}
	for _, c := range rep.Claims {
		if c.Backlog < 300 || c.PerSecond <= 0 {
			t.Errorf("%+v", c)
		}
	}
	var text, encoded bytes.Buffer
	if err := rep.print(&text, false); err != nil || !strings.Contains(text.String(), "steps/s") {
		t.Errorf("%v: %s", err, text.String())
	}
	var back report
	if err := rep.print(&encoded, true); err != nil || json.Unmarshal(encoded.Bytes(), &back) != nil || back.Loaded != rep.Loaded {
		t.Errorf("%v: %s", err, encoded.String())
	}
	if rep.missed(0) || !rep.missed(1e9) {
		t.Error("a goal of 0 is always met, one of a thousand million never")
	}
	return rep
}

func TestOtherMachinesAreRefused(t *testing.T) {
	for dsn, want := range map[string]bool{
		"postgres://a@127.0.0.1:5432/test":                      true,
		"postgres://a@localhost/test":                           true,
		"postgres://a@[::1]/test":                               true,
		"host=/var/run/postgresql user=a":                       true,
		"postgres://a@10.0.0.7/test":                            false,
		"postgres://a@db.example/test":                          false,
		"postgres://a@127.0.0.1:5432,db.example:5432/test":      false,
		"postgres://a@localhost.example/test":                   false,
		"postgres://a@127.0.0.1/test?host=db.example&port=5432": false,
		"postgres://a@127.0.0.1/test?host=127.0.0.1,db.example": false,
		"postgres://a@127.0.0.1,127.0.0.2:5433/test?user=x":     true,
	} {
		cfg, err := pgx.ParseConfig(dsn)
		if err != nil {
			t.Fatalf("%s: %v", dsn, err)
		}
		if err := here(cfg); (err == nil) != want {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

func TestBounds(t *testing.T) {
	for _, args := range [][]string{
		{"-tickets", "10"},
		{"-tickets", "4000000"},
		{"-workers", "65"},
		{"-workers", "a"},
		{"-steps", "1"},
		{"-rounds", "0"},
		{"-max", "4h"},
		{"-max", "0s"},
		{"-sqlite", "a", "-postgres", "b"},
	} {
		if opt, err := parse(append([]string{"-sqlite", "x.db"}, args...), io.Discard); err == nil {
			t.Errorf("%v is let through: %+v", args, opt)
		}
	}
	path := filepath.Join(t.TempDir(), "there.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t.Context(), small(t, "-sqlite", path), io.Discard); err == nil {
		t.Error("a file that is there was taken")
	}
}

func TestTimeIsUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "load.db")
	_, err := run(t.Context(), small(t, "-sqlite", path, "-tickets", "100000", "-max", "200ms"), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "not done within -max 200ms") {
		t.Error(err)
	}
	if left, _ := filepath.Glob(path + "*"); len(left) > 0 {
		t.Errorf("%v are left behind", left)
	}
}
