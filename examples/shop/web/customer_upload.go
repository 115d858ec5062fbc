package web

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kulanz-go/kulanz/examples/shop/store"
)

const (
	maxName   = 100        // bytes
	maxPixels = 40_000_000 // what a picture may be unpacked to
)

// uploads reports whether a request may carry files.
func uploads(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "multipart/form-data"
}

// received reads the files of a form. They are judged by what they hold, not by
// what they are called.
func received(r *http.Request) ([]store.File, error) {
	if !uploads(r) {
		return nil, r.ParseForm()
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil { //nolint:gosec // Server.limited has put a bound to it
		if large := new(http.MaxBytesError); errors.As(err, &large) {
			return nil, err
		}
		return nil, inputError{"Das Formular kam nicht vollständig an.", "The form did not arrive as a whole."}
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	var out []store.File
	for _, h := range r.MultipartForm.File["file"] {
		if h.Size == 0 {
			continue
		}
		if len(out) == maxFiles || h.Size > maxFile {
			return nil, &http.MaxBytesError{Limit: maxFile}
		}
		f, err := read(h)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func read(h *multipart.FileHeader) (store.File, error) {
	f, err := h.Open()
	if err != nil {
		return store.File{}, err
	}
	body, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err = errors.Join(err, f.Close()); err != nil {
		return store.File{}, err
	}
	kind, ending, clean, err := sanitise(body)
	if err != nil {
		return store.File{}, err
	}
	return store.File{Name: fileName(h.Filename, ending), Type: kind, Body: clean}, nil
}

var errKind = inputError{"Wir nehmen Bilder (JPEG, PNG), PDF und Text an.", "We take pictures (JPEG, PNG), PDF and text."}

// sanitise returns what a file is, how its name ends, and its content. Pictures
// are painted anew: what else was in them is gone, such as where they were taken.
// All others are never shown as a page, see send.
func sanitise(body []byte) (kind, ending string, clean []byte, err error) { //nolint:nonamedreturns // three alike
	switch http.DetectContentType(body) {
	case "image/jpeg", "image/png":
		return repaint(body)
	case "application/pdf":
		return "application/pdf", ".pdf", body, nil
	case "text/plain; charset=utf-8":
		if utf8.Valid(body) && !bytes.ContainsRune(body, 0) {
			return "text/plain", ".txt", body, nil
		}
	}
	return "", "", nil, errKind
}

func repaint(body []byte) (string, string, []byte, error) {
	size, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || size.Width < 1 || size.Height < 1 || size.Width > maxPixels/size.Height {
		return "", "", nil, errKind
	}
	picture, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return "", "", nil, errKind
	}
	var out bytes.Buffer
	if format == "png" {
		err = png.Encode(&out, picture)
		return "image/png", ".png", out.Bytes(), err
	}
	err = jpeg.Encode(&out, picture, &jpeg.Options{Quality: 88})
	return "image/jpeg", ".jpg", out.Bytes(), err
}

// fileName keeps of a name what does no harm: no folders, no controls, one ending,
// no more than fits.
func fileName(name, ending string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _-()", r) {
			return r
		}
		return '_'
	}, strings.ToValidUTF8(name, "_"))
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	if strings.Trim(name, "_ ") == "" {
		name = "file"
	}
	return name + ending
}

// send gives a file out: always as a download, never as a page of this site.
func send(w http.ResponseWriter, f store.File) {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	_, _ = w.Write(f.Body)
}
