package main

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/se"

	"github.com/kulanz-go/kulanz/examples/holidays"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
)

//go:embed policies/*.json
var policyFiles embed.FS

// PolicyFile is a policy with the calendars that it counts on, in the forms
// that [sla.ParsePolicy] and [sla.ParseCalendar] read.
type PolicyFile struct {
	About     string            `json:"about"`
	Calendars []json.RawMessage `json:"calendars"`
	Policy    json.RawMessage   `json:"policy"`
}

// hours replace those of calendars; empty fields leave what is there.
type hours struct {
	text string
	zone string
}

// loadPolicy reads a policy from a file, or from those that are embedded
// where there is no file of that name.
func loadPolicy(name string, over hours) (*sla.Policy, string, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		embedded, embeddedErr := policyFiles.ReadFile(path.Join("policies", name))
		if embeddedErr != nil {
			return nil, "", fmt.Errorf("%w; the policies that come with the program are %s", err, strings.Join(shippedPolicies(), ", "))
		}
		data, err = embedded, nil
	}
	if err != nil {
		return nil, "", err
	}
	p, about, err := parsePolicy(data, over)
	if err != nil {
		return nil, "", fmt.Errorf("policy %s: %w", name, err)
	}
	return p, about, nil
}

func shippedPolicies() []string {
	entries, err := policyFiles.ReadDir("policies")
	if err != nil {
		return nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// parsePolicy reads a policy strictly and binds it to its calendars.
func parsePolicy(data []byte, over hours) (*sla.Policy, string, error) {
	var file PolicyFile
	if err := decodeStrictly(data, &file); err != nil {
		return nil, "", err
	}
	calendars := make([]*sla.Calendar, len(file.Calendars))
	var faults []error
	for i, raw := range file.Calendars {
		cal, err := over.calendar(raw)
		if err != nil {
			faults = append(faults, fmt.Errorf("calendars[%d]: %w", i, err))
		}
		calendars[i] = cal
	}
	cfg, err := sla.ParsePolicy(file.Policy)
	if err = errors.Join(append(faults, err)...); err != nil {
		return nil, "", err
	}
	if over.zone != "" {
		cfg.Zone = over.zone
	}
	p, err := sla.NewPolicy(cfg, calendars...)
	return p, file.About, err
}

// calendar reads a calendar and puts other hours or another zone in the place
// of its own. One that is made of others becomes a plain one by that.
func (over hours) calendar(raw []byte) (*sla.Calendar, error) {
	cal, err := sla.ParseCalendar(raw, holidaysOf)
	if err != nil || over == (hours{}) {
		return cal, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	if over.text == "" {
		over.text = cal.String()
	}
	if over.zone == "" {
		over.zone = cal.Zone().String()
	}
	plain := map[string]any{"id": cal.ID(), "version": cal.Version(), "zone": over.zone, "hours": over.text}
	for _, key := range []string{"holidays", "options"} {
		if v, ok := all[key]; ok {
			plain[key] = v
		}
	}
	if raw, err = json.Marshal(plain); err != nil {
		return nil, err
	}
	return sla.ParseCalendar(raw, holidaysOf)
}

// holidaysOf returns the holidays of a region by its ISO 3166 code. Germany
// and Austria are the library's; others come from a table that a host trusts.
func holidaysOf(code string) (sla.HolidaySource, error) { //nolint:ireturn // any source will do
	switch code {
	case "AT":
		return holiday.Austria()
	case "IT":
		return holidays.New(code, it.Holidays), nil
	case "SE":
		return holidays.New(code, se.Holidays), nil
	}
	land, err := holiday.ParseLand(code)
	if err != nil {
		return nil, err
	}
	return holiday.Germany(land)
}
