package main_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/store/pgschema"
)

// envLoad names for how long to measure, as "60s".
const envLoad = "KULANZ_SHOP_LOAD"

const (
	loadCustomers = 200
	loadAgents    = 20
	think         = 5 * time.Second
)

// visits are how long requests took, by what they were.
type visits struct {
	mu     sync.Mutex
	took   map[string][]time.Duration
	faults []error
}

func (v *visits) note(what string, took time.Duration, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.took[what] = append(v.took[what], took)
	if err != nil {
		v.faults = append(v.faults, fmt.Errorf("%s: %w", what, err))
	}
}

// visitor is one person with a browser.
type visitor struct {
	*http.Client

	base   string
	visits *visits
	until  time.Time
}

func newVisitor(base string, v *visits, until time.Time) *visitor {
	jar, _ := cookiejar.New(nil) // has no fault without options
	return &visitor{&http.Client{Jar: jar, Timeout: time.Minute}, base, v, until}
}

var errStatus = errors.New("status")

// do sends one request, counts it, and thinks. It is false when the time is over.
func (v *visitor) do(what, method, path string, form url.Values) (string, string, bool) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, v.base+path, body) //nolint:noctx // the client has a timeout
	if err != nil {
		v.visits.note(what, 0, err)
		return "", "", false
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	began := time.Now()
	res, err := v.Do(req)
	if err != nil {
		v.visits.note(what, time.Since(began), err)
		return "", "", false
	}
	text, err := io.ReadAll(res.Body)
	err = errors.Join(err, res.Body.Close())
	if res.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%w %d", errStatus, res.StatusCode))
	}
	v.visits.note(what, time.Since(began), err)
	time.Sleep(time.Duration(float64(think) * (0.5 + rand.Float64())))
	return res.Request.URL.Path, string(text), time.Now().Before(v.until)
}

// ask is a customer's visit: it looks, writes, looks at its ticket, writes again.
func (v *visitor) ask(n int) {
	for visit := 0; ; visit++ {
		if _, _, more := v.do("front", http.MethodGet, "/", nil); !more {
			return
		}
		if _, _, more := v.do("form", http.MethodGet, "/contact", nil); !more {
			return
		}
		who := fmt.Sprintf("%d-%d-%d", os.Getpid(), n, visit)
		path, _, more := v.do("send", http.MethodPost, "/contact", url.Values{
			"key": {who}, "email": {who + "@post.example"}, "text": {"Wo bleibt mein Paket? Es sollte gestern da sein."}, "asked": {"1"}, "subject": {"Paket " + who},
		})
		for range 3 {
			if !more {
				return
			}
			if _, _, more = v.do("ticket", http.MethodGet, path, nil); !more {
				return
			}
			_, _, more = v.do("write", http.MethodPost, path+"/write", url.Values{"key": {fmt.Sprint(who, rand.Int())}, "text": {"Gibt es etwas Neues?"}})
		}
	}
}

var ticketLink = regexp.MustCompile(`href="(/desk/t[^"]*)"`)

// answer is an agent's work: the inbox, and a ticket of it.
func (v *visitor) answer(name, password string) {
	_, inbox, more := v.do("login", http.MethodPost, "/desk/login", url.Values{"name": {name}, "password": {password}})
	for more {
		if links := ticketLink.FindAllStringSubmatch(inbox, -1); len(links) > 0 {
			if _, _, more = v.do("work", http.MethodGet, links[rand.IntN(len(links))][1], nil); !more {
				return
			}
		}
		_, inbox, more = v.do("inbox", http.MethodGet, "/desk", nil)
	}
}

// TestLoad measures a busy hour: 200 customers and 20 agents, each of whom thinks
// for some 5 s between two requests.
func TestLoad(t *testing.T) {
	span, err := time.ParseDuration(os.Getenv(envLoad))
	if err != nil {
		t.Skipf("%s says for how long, as 60s", envLoad)
	}
	where := "shop.db"
	if os.Getenv("KULANZ_SHOP_LOAD_POSTGRES") != "" {
		where = pgschema.New(t)
	}
	p := start(t, t.TempDir(), "-db", where, "-days", "90")
	password := p.lines[1][strings.LastIndex(p.lines[1], " ")+1:]
	v := &visits{took: make(map[string][]time.Duration)}
	until := time.Now().Add(span)
	var wg sync.WaitGroup
	for n := range loadCustomers {
		wg.Go(func() {
			time.Sleep(time.Duration(rand.Int64N(int64(think))))
			newVisitor(p.url, v, until).ask(n)
		})
	}
	names := []string{"anna", "bilal", "clara", "dmitri", "esra"}
	for n := range loadAgents {
		wg.Go(func() {
			time.Sleep(time.Duration(rand.Int64N(int64(think))))
			newVisitor(p.url, v, until).answer(names[n%len(names)], password)
		})
	}
	wg.Wait()
	p.stop()
	var all []time.Duration
	for _, what := range slices.Sorted(maps.Keys(v.took)) {
		report(t, what, v.took[what])
		all = append(all, v.took[what]...)
	}
	report(t, "all", all)
	require.Empty(t, v.faults)
}

func report(t *testing.T, what string, took []time.Duration) {
	t.Helper()
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[int(q*float64(len(took)-1))].Round(100 * time.Microsecond) }
	t.Logf("%-7s n %5d  p50 %8s  p95 %8s  p99 %8s  max %8s", what, len(took), at(0.5), at(0.95), at(0.99), at(1))
}
