package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/store/pgschema"
)

// What was begun is finished when the shop is told to stop, and nothing new is taken
// on.
func TestRequestsInFlightAreFinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, dir, "-demo=false")
	addr := strings.TrimPrefix(p.url, "http://")
	form := url.Values{"key": {"k"}, "email": {"neu@post.example"}, "asked": {"1"}, "text": {"Gerade noch"}}.Encode()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
	require.NoError(t, err)
	defer c.Close() //nolint:errcheck // it has been read from
	_, err = fmt.Fprintf(c, "POST /contact HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", addr, len(form))
	require.NoError(t, err)
	answers := bufio.NewReader(c)
	reading, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	require.NoError(t, reading.Body.Close())
	require.Equal(t, http.StatusContinue, reading.StatusCode, "the page waits for the form")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool {
		another, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
		if err == nil {
			_ = another.Close()
		}
		return err != nil
	}, 10*time.Second, 10*time.Millisecond, "nothing new is taken on")
	_, err = io.WriteString(c, form)
	require.NoError(t, err)
	answer, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.NoError(t, p.cmd.Wait(), "it ends without a fault")
	again := start(t, dir, "-demo=false")
	_, _, page := again.get(client(t), answer.Header.Get("Location"))
	assert.Contains(t, page, "Gerade noch")
	again.stop()
}

// wire is a way to a database that can be cut.
type wire struct {
	to string

	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func (w *wire) serve(l net.Listener) {
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", w.to) //nolint:noctx // on this machine
		w.mu.Lock()
		if err != nil || w.cut {
			_ = in.Close()
			if err == nil {
				_ = out.Close()
			}
		} else {
			w.conns = append(w.conns, in, out)
			go func() { _, _ = io.Copy(in, out) }()
			go func() { _, _ = io.Copy(out, in) }()
		}
		w.mu.Unlock()
	}
}

// be cuts the way, or mends it.
func (w *wire) be(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
}

// It says that it is not well as long as its database is away, and is well again
// by itself.
func TestHealthFollowsTheDatabase(t *testing.T) {
	t.Parallel()
	health := func(p *process) func(int) func() bool {
		return func(code int) func() bool {
			return func() bool {
				got, _, _ := p.get(client(t), "/healthz")
				return got == code
			}
		}
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		at, err := url.Parse(pgschema.New(t))
		require.NoError(t, err)
		w := &wire{to: at.Host}
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		go w.serve(l)
		t.Cleanup(func() { _ = l.Close() })
		at.Host = l.Addr().String()
		p := start(t, t.TempDir(), "-db", at.String(), "-demo=false")
		well := health(p)
		require.Eventually(t, well(http.StatusOK), 5*time.Second, 50*time.Millisecond)
		w.be(true)
		require.Eventually(t, well(http.StatusServiceUnavailable), 10*time.Second, 50*time.Millisecond)
		check := command(t.Context(), t.TempDir(), "-addr", strings.TrimPrefix(p.url, "http://"), "healthcheck")
		check.Stderr = nil
		require.Error(t, check.Run(), "what a container asks says so too")
		w.be(false)
		require.Eventually(t, well(http.StatusOK), 10*time.Second, 50*time.Millisecond)
		p.stop()
	})
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		p := start(t, dir, "-demo=false")
		well := health(p)
		require.Eventually(t, well(http.StatusOK), 5*time.Second, 50*time.Millisecond)
		require.NoError(t, os.Rename(filepath.Join(dir, "shop.db"), filepath.Join(dir, "away.db")))
		require.Eventually(t, well(http.StatusServiceUnavailable), 10*time.Second, 50*time.Millisecond)
		require.NoError(t, os.Rename(filepath.Join(dir, "away.db"), filepath.Join(dir, "shop.db")))
		require.Eventually(t, well(http.StatusOK), 10*time.Second, 50*time.Millisecond)
		p.stop()
	})
}

// dockerfile is what the image is made by, one instruction each.
func dockerfile(t *testing.T) [][2]string {
	t.Helper()
	text, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	var all [][2]string
	for line := range strings.Lines(string(text)) {
		if word, rest, ok := strings.Cut(strings.TrimSpace(line), " "); ok && word != "#" {
			all = append(all, [2]string{word, rest})
		}
	}
	return all
}

// image is the last stage of the Dockerfile in a folder, built by its own commands
// on this machine.
type image struct {
	root  string
	env   []string
	check []string // the health check
}

func build(t *testing.T) image {
	t.Helper()
	img := image{root: t.TempDir()}
	require.NoError(t, os.Chmod(img.root, 0o755))
	built := t.TempDir()
	for _, d := range dockerfile(t) {
		switch d[0] {
		case "RUN":
			line := strings.NewReplacer("-o /shop", "-o "+built+"/shop", "mkdir /data", "mkdir "+built+"/data").Replace(d[1])
			cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
			cmd.Dir = filepath.Join("..", "..")
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
		case "COPY":
			fields := strings.Fields(d[1])
			if fields[0] == "." {
				continue
			}
			from, to := fields[len(fields)-2], filepath.Join(img.root, fields[len(fields)-1])
			require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
			if from == "/shop" || from == "/data" {
				from = built + from
			}
			cmd := exec.CommandContext(t.Context(), "cp", "-a", "--no-preserve=ownership", "-L", from, to)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			if strings.Contains(d[1], "--chown=65532:65532") {
				require.NoError(t, os.Chown(to, 65532, 65532))
			}
		case "ENV":
			img.env = append(img.env, strings.Fields(d[1])...)
		case "USER":
			require.Equal(t, "65532:65532", d[1])
		case "HEALTHCHECK":
			_, list, ok := strings.Cut(d[1], "CMD ")
			require.True(t, ok)
			require.NoError(t, json.Unmarshal([]byte(list), &img.check))
		}
	}
	return img
}

// run runs a program of the image: with nothing but its files, as its user.
func (i image) run(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/shop", args...)
	cmd.Env, cmd.Dir, cmd.Stderr = i.env, "/data", os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: i.root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	return cmd
}

// files lists what is outside of /data.
func (i image) files(t *testing.T) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(i.root, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.Name() == "data" {
			return fs.SkipDir
		}
		all = append(all, path)
		return err
	}))
	return all
}

// The image holds a static binary, certificates and a folder, and that is enough: it
// serves, takes large uploads, is well, and writes nothing but into its folder.
func TestTheImageIsEnough(t *testing.T) {
	t.Parallel()
	if os.Getenv("KULANZ_SHOP_IMAGE") == "" {
		t.Skip("it builds for minutes: KULANZ_SHOP_IMAGE=1 asks for it, as root, as the step image of the checks does")
	}
	require.Zero(t, os.Getuid(), "only root may change the root")
	img := build(t)
	before := img.files(t)
	p := &process{t: t, cmd: img.run(context.Background(), "-addr", "127.0.0.1:0", "-days", "1", "-rate", "0")}
	p.begin()
	p.opened()
	code, _, body := p.get(client(t), "/healthz")
	assert.Equal(t, http.StatusOK, code, body)
	require.Len(t, img.check, 4)
	require.Equal(t, "healthcheck", img.check[3])
	require.NoError(t, img.run(t.Context(), "-addr", strings.TrimPrefix(p.url, "http://"), "healthcheck").Run())
	page := p.upload("/contact", strings.Repeat("Ein langer Brief. ", 4<<20/18))
	assert.Regexp(t, regexp.MustCompile(`/t/[^"]+/file/`), page, "what does not fit into memory has a place")
	require.NoError(t, img.run(t.Context(), "backup", "/data/copy.db").Run())
	p.stop()
	assert.Equal(t, before, img.files(t))
	for _, made := range []string{"shop.db", "shop.mail", "shop.inbox", "copy.db"} {
		_, err := os.Stat(filepath.Join(img.root, "data", made))
		require.NoError(t, err)
	}
}

// upload sends a form with a large text file, and returns the page that follows.
func (p *process) upload(path, text string) string {
	p.t.Helper()
	body, in := io.Pipe()
	form := multipart.NewWriter(in)
	go func() {
		for k, v := range map[string]string{"key": "k", "email": "neu@post.example", "text": "x", "asked": "1"} {
			_ = form.WriteField(k, v)
		}
		part, err := form.CreateFormFile("file", "brief.txt")
		if err == nil {
			_, err = io.WriteString(part, text)
		}
		_ = form.Close()
		_ = in.CloseWithError(err)
	}()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+path, body)
	require.NoError(p.t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := client(p.t).Do(req)
	_, _, page := read(p.t, res, err)
	return page
}
