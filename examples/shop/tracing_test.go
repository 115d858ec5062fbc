package main_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// gatherer is an OpenTelemetry collector that keeps what it gets.
type gatherer struct {
	mu    sync.Mutex
	raw   strings.Builder
	auth  []string
	spans map[string][]*trace.Span // by name
	names map[string]bool          // of services
	fault error
}

// ServeHTTP implements http.Handler.
func (g *gatherer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	raw, err := io.ReadAll(r.Body)
	var got collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(raw, &got)
	}
	if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
		g.fault = err
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	g.raw.Write(raw)
	g.auth = append(g.auth, r.Header.Get("Api-Key"))
	for _, rs := range got.GetResourceSpans() {
		for _, a := range rs.GetResource().GetAttributes() {
			if a.GetKey() == "service.name" {
				g.names[a.GetValue().GetStringValue()] = true
			}
		}
		for _, ss := range rs.GetScopeSpans() {
			for _, s := range ss.GetSpans() {
				g.spans[s.GetName()] = append(g.spans[s.GetName()], s)
			}
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	w.WriteHeader(http.StatusOK)
}

// A collector gets a span of each command of the desk, with what it was and what
// became of it, and nothing of anybody. The last ones arrive when the shop is
// stopped.
func TestSpansReachACollector(t *testing.T) {
	t.Parallel()
	g := &gatherer{spans: make(map[string][]*trace.Span), names: make(map[string]bool)}
	srv := httptest.NewServer(g)
	t.Cleanup(srv.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "spans.json")
	env := []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + srv.URL, "OTEL_EXPORTER_OTLP_HEADERS=api-key=k1"}
	began := time.Now()
	p := startIn(t, dir, env, "-demo=false", "-trace", file)
	path := p.write("geheim@post.example", "schluessel", "Ein Geheimnis")
	code, _, _ := p.post(client(t), path+"/write", "key", "k2", "text", "Noch ein Geheimnis")
	require.Equal(t, http.StatusOK, code)
	p.stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	require.NoError(t, g.fault)
	assert.True(t, g.names["kulanz-shop"])
	assert.Equal(t, "k1", g.auth[0])
	received := g.spans["desk.receive"]
	require.Len(t, received, 2, "%v", g.raw.String())
	for _, s := range received {
		said := make(map[string]string)
		for _, a := range s.GetAttributes() {
			said[a.GetKey()] = a.GetValue().GetStringValue()
		}
		assert.Equal(t, "ok", said["outcome"])
		assert.Contains(t, said["ticket"], "/")
		assert.GreaterOrEqual(t, s.GetEndTimeUnixNano(), s.GetStartTimeUnixNano())
		assert.Greater(t, time.Unix(0, int64(s.GetStartTimeUnixNano())), began.Add(-time.Second))
	}
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(written), "desk.receive", "and the file beside it")
	for _, secret := range []string{"geheim", "Geheimnis", "schluessel", "B-1", strings.TrimPrefix(path, "/t/"), "127.0.0.1"} {
		assert.NotContains(t, g.raw.String(), secret)
		assert.NotContains(t, string(written), secret)
	}
}

// A collector that is away holds up neither pages nor the end.
func TestACollectorThatIsAway(t *testing.T) {
	t.Parallel()
	p := start(t, t.TempDir(), "-demo=false", "-otlp", "http://127.0.0.1:1")
	p.write("neu@post.example", "k", "Hallo")
	began := time.Now()
	p.stop()
	assert.Less(t, time.Since(began), 15*time.Second)
}
