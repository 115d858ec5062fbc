// Package maildir keeps mail in files as a maildir does: each in a file of its
// own, written to tmp and then moved to new, so that no reader ever sees half of
// one and a crash leaves nothing but a file in tmp. Who has dealt with a mail moves
// it to cur.
//
// Names are given by the caller, so that the same mail twice is one file.
package maildir

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The folders of a maildir.
const (
	folderTmp = "tmp"
	folderNew = "new"
	folderCur = "cur"
)

// seen is what a name in cur ends with: version 2 of the flags, and one of them.
const seen = ":2,S"

// Dir is a maildir. It is safe for concurrent use, also by many processes. Nothing
// outside of it is ever read or written, whatever a link in it points to.
type Dir struct {
	path string
	root *os.Root
}

// Open opens a maildir, or makes it, for its owner alone to read.
func Open(path string) (*Dir, error) {
	for _, f := range []string{folderTmp, folderNew, folderCur} {
		if err := os.MkdirAll(filepath.Join(path, f), 0o700); err != nil {
			return nil, fmt.Errorf("maildir: %w", err)
		}
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("maildir: %w", err)
	}
	return &Dir{path, root}, nil
}

// Path returns where it lies.
func (d *Dir) Path() string { return d.path }

// Close lets go of the folder.
func (d *Dir) Close() error { return d.root.Close() }

// Name makes a name of an id of any length and content: the same for the same.
func Name(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16]) + ".eml"
}

// clean reports whether a name is one of a file in a folder, no more.
func clean(name string) error {
	if name == "" || name[0] == '.' || strings.ContainsAny(name, "/\\:\x00") || len(name) > 200 {
		return fmt.Errorf("maildir: name of %d bytes is none", len(name))
	}
	return nil
}

// Has reports whether a mail is or was there under a name.
func (d *Dir) Has(name string) (bool, error) {
	if err := clean(name); err != nil {
		return false, err
	}
	for _, there := range []string{folderNew + "/" + name, folderCur + "/" + name + seen} {
		if _, err := d.root.Lstat(there); err == nil {
			return true, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("maildir: %w", err)
		}
	}
	return false, nil
}

// Put keeps a mail under a name and returns when it is on the disk. It says
// whether it is new: a mail that is or was there under that name stays as it is.
func (d *Dir) Put(name string, mail []byte) (bool, error) {
	if there, err := d.Has(name); there || err != nil {
		return false, err
	}
	tmp, err := d.write(name, mail)
	if err != nil {
		return false, fmt.Errorf("maildir: %w", err)
	}
	// A link fails where the name is taken meanwhile; a rename would replace it.
	err = d.root.Link(tmp, folderNew+"/"+name)
	fresh := err == nil
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	if err := errors.Join(err, d.root.Remove(tmp), d.sync(folderNew)); err != nil {
		return false, fmt.Errorf("maildir: %w", err)
	}
	return fresh, nil
}

// write fills a file of its own in tmp.
func (d *Dir) write(name string, mail []byte) (string, error) {
	for n := 0; ; n++ {
		tmp := fmt.Sprintf("%s/%s.%d.%d", folderTmp, name, os.Getpid(), n)
		f, err := d.root.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) && n < 100 {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.Write(mail)
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return "", errors.Join(err, d.root.Remove(tmp))
		}
		return tmp, nil
	}
}

// sync brings what became of a folder's names to the disk.
func (d *Dir) sync(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// New returns the names of what nobody has dealt with, in the order of their
// names. What is no plain file is passed over.
func (d *Dir) New() ([]string, error) {
	f, err := d.root.Open(folderNew)
	if err != nil {
		return nil, fmt.Errorf("maildir: %w", err)
	}
	entries, err := f.ReadDir(-1)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("maildir: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && e.Name()[0] != '.' {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// Open opens a mail that is in new.
func (d *Dir) Open(name string) (io.ReadCloser, error) {
	f, err := d.root.Open(folderNew + "/" + name)
	if err != nil {
		return nil, fmt.Errorf("maildir: %w", err)
	}
	return f, nil
}

// Raw opens a mail wherever it is: what was kept of one that was dealt with.
func (d *Dir) Raw(name string) (io.ReadCloser, error) {
	if err := clean(name); err != nil {
		return nil, err
	}
	f, err := d.root.Open(folderCur + "/" + name + seen)
	if errors.Is(err, fs.ErrNotExist) {
		return d.Open(name)
	}
	if err != nil {
		return nil, fmt.Errorf("maildir: %w", err)
	}
	return f, nil
}

// Forget removes a mail wherever it is. One that is not there is no error, whatever
// its name.
func (d *Dir) Forget(name string) error {
	if clean(name) != nil {
		return nil //nolint:nilerr // it cannot be there
	}
	var faults []error
	for folder, file := range map[string]string{folderNew: name, folderCur: strings.TrimSuffix(name, seen) + seen} {
		err := d.root.Remove(folder + "/" + file)
		if err == nil {
			err = d.sync(folder)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, fmt.Errorf("maildir: %w", err))
		}
	}
	return errors.Join(faults...)
}

// Done moves a mail from new to cur. That another process has done so is no
// error.
func (d *Dir) Done(name string) error {
	err := d.root.Rename(folderNew+"/"+name, folderCur+"/"+strings.TrimSuffix(name, seen)+seen)
	if err == nil {
		err = errors.Join(d.sync(folderCur), d.sync(folderNew))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("maildir: %w", err)
	}
	return nil
}
