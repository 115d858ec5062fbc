package ticket

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/kulanz-go/kulanz/sla"
)

// TemplateConfig is a reply template as data. Text is a text/template in each
// language that may name slots ({{.order}}) and ask whether one is filled
// ({{if .note}}...{{end}}), and nothing else: no functions, loops or other
// templates. What a customer wrote is never a template; in a slot it is text.
type TemplateConfig struct {
	// ID is small letters, digits, underscores and dots.
	ID      string       `json:"id"`
	Version int          `json:"version,omitempty"` // of the words, counted up by the shop
	Reasons []Reason     `json:"reasons,omitempty"` // it is offered for; none: for all
	Text    sla.Text     `json:"text"`
	Slots   []SlotConfig `json:"slots,omitempty"`
}

// SlotConfig is one gap in a template.
type SlotConfig struct {
	Name string `json:"name"`
	// Personal tells that only the sender can fill it, for this one customer:
	// its name, its history. It has no default and cannot be left out.
	Personal bool `json:"personal,omitempty"`
	// Optional lets the slot stay empty.
	Optional bool `json:"optional,omitempty"`
	// Default fills the slot where the sender does not.
	Default sla.Text `json:"default,omitzero"`
}

// Filled is a template with what stands in its slots. The zero value is none.
type Filled struct {
	ID    string
	Slots map[string]string
}

// Draft is a template as an agent sees it before sending.
type Draft struct {
	// Text has the slots filled; those that are missing show as {{.name}}.
	Text string
	// Missing are the slots that must be filled before the text can be sent.
	Missing []string
}

// form is a template that was checked.
type form struct {
	cfg    TemplateConfig
	de, en *template.Template
}

func compileTemplates(c *check, cfgs []TemplateConfig, lim Limits) map[string]*form {
	forms := make(map[string]*form, len(cfgs))
	for i, cfg := range cfgs {
		path := fmt.Sprintf("templates[%d]", i)
		if strings.Trim(cfg.ID, ".") != cfg.ID || !isCode(strings.ReplaceAll(cfg.ID, ".", "")) {
			c.fail(path+".id", cfg.ID, "is no id of a template")
		}
		if forms[cfg.ID] != nil {
			c.fail(path+".id", cfg.ID, "is there already")
		}
		if cfg.Version < 0 {
			c.fail(path+".version", strconv.Itoa(cfg.Version), "is below 0")
		}
		forms[cfg.ID] = compileForm(c, path, cfg, lim)
	}
	return forms
}

func compileForm(c *check, path string, cfg TemplateConfig, lim Limits) *form {
	cfg.Reasons, cfg.Slots = slices.Clone(cfg.Reasons), slices.Clone(cfg.Slots)
	slots := make(map[string]bool, len(cfg.Slots)) // to whether a text uses it
	for i, s := range cfg.Slots {
		at := fmt.Sprintf("%s.slots[%d]", path, i)
		if _, twice := slots[s.Name]; twice || !isCode(s.Name) || s.Name[0] >= '0' && s.Name[0] <= '9' {
			c.fail(at+".name", s.Name, "is no name of a slot, or stands twice")
		}
		if s.Personal && (s.Optional || s.Default != (sla.Text{})) {
			c.fail(at, s.Name, "is personal: it can have no default and cannot be left out")
		}
		slots[s.Name] = false
	}
	checkText(c, path+".text", cfg.Text)
	f := &form{
		cfg: cfg,
		de:  compileText(c, path+".text.de", cfg.Text.DE, slots, lim),
		en:  compileText(c, path+".text.en", cfg.Text.EN, slots, lim),
	}
	for i, s := range cfg.Slots {
		if !slots[s.Name] {
			c.fail(fmt.Sprintf("%s.slots[%d].name", path, i), s.Name, "is used by no text")
		}
	}
	return f
}

func compileText(c *check, path, source string, slots map[string]bool, lim Limits) *template.Template {
	if len(source) > lim.Text {
		c.failf(path, size(source), "is longer than %d bytes", lim.Text)
		return nil
	}
	t, err := template.New("").Parse(source)
	if err != nil {
		c.failf(path, size(source), "is no template: %v", err)
		return nil
	}
	if t.Tree == nil {
		return nil // empty, which is a fault already
	}
	if len(t.Templates()) > 1 {
		c.fail(path, size(source), "defines another template")
	}
	s := &slotScan{check: c, path: path, slots: slots}
	s.list(t.Root)
	return t
}

// slotScan walks a template and lets nothing pass but text and slots.
type slotScan struct {
	*check

	path  string
	slots map[string]bool
}

func (s *slotScan) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			s.pipe(n.Pipe)
		case *parse.IfNode:
			s.pipe(n.Pipe)
			s.list(n.List)
			s.list(n.ElseList)
		default:
			s.fail(s.path, n.String(), "is neither text nor a slot")
		}
	}
}

func (s *slotScan) pipe(p *parse.PipeNode) {
	if len(p.Decl) == 0 && len(p.Cmds) == 1 && len(p.Cmds[0].Args) == 1 {
		if f, ok := p.Cmds[0].Args[0].(*parse.FieldNode); ok && len(f.Ident) == 1 {
			if _, known := s.slots[f.Ident[0]]; known {
				s.slots[f.Ident[0]] = true
				return
			}
			s.fail(s.path, f.Ident[0], "is a slot that is not declared")
			return
		}
	}
	s.fail(s.path, p.String(), "is no slot")
}

// fill returns the text in a language, with the slots that are missing. They
// are shown by their names.
func (f *form) fill(lang string, given map[string]string) Draft {
	var d Draft
	values := make(map[string]string, len(f.cfg.Slots))
	for _, s := range f.cfg.Slots {
		v := given[s.Name]
		if strings.TrimSpace(v) == "" {
			v = pick(lang, s.Default.DE, s.Default.EN)
		}
		if strings.TrimSpace(v) == "" && !s.Optional {
			d.Missing = append(d.Missing, s.Name)
			v = "{{." + s.Name + "}}"
		}
		values[s.Name] = v
	}
	t := f.en
	if inGerman(lang) {
		t = f.de
	}
	var b strings.Builder
	if err := t.Execute(&b, values); err != nil {
		d.Missing = append(d.Missing, err.Error()) // cannot be: only declared slots pass the check
	}
	d.Text = b.String()
	return d
}

// left returns the slots that still show in a text that somebody has edited.
func (f *form) left(text string) []string {
	var names []string
	for {
		_, rest, found := strings.Cut(text, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			return names
		}
		name = strings.Trim(name, " .-")
		declared := slices.ContainsFunc(f.cfg.Slots, func(s SlotConfig) bool { return s.Name == name })
		if declared && !slices.Contains(names, name) {
			names = append(names, name)
		}
		text = after
	}
}

func (r *Rules) checkTemplateReasons(c *check) {
	for i, t := range r.cfg.Templates {
		for j, reason := range t.Reasons {
			r.checkReason(c, fmt.Sprintf("templates[%d].reasons[%d]", i, j), reason)
		}
	}
}

// Templates returns the ids of the templates that are offered for a reason,
// sorted.
func (r *Rules) Templates(reason Reason) []string {
	var ids []string
	for id, f := range r.forms {
		if len(f.cfg.Reasons) == 0 || reason.within(f.cfg.Reasons) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Draft fills a template for an agent to look at and to edit. lang is a BCP 47
// tag: German for "de", else English. The error is a [*Fault] where there is
// no such template.
func (r *Rules) Draft(lang string, f Filled) (Draft, error) {
	form, ok := r.forms[f.ID]
	if !ok {
		return Draft{}, &Fault{Path: "template.id", Value: f.ID, Reason: "is no template"}
	}
	return form.fill(lang, f.Slots), nil
}

// checkFilled finds what is wrong with a template's use: no such template or
// slot, or words that would be too long.
func (r *Rules) checkFilled(c *check, path string, f Filled, lang string) {
	if f.ID == "" {
		return
	}
	form, ok := r.forms[f.ID]
	if !ok {
		c.fail(path+".id", cut(f.ID, r.limits.Name), "is no template")
		return
	}
	total := 0
	for _, name := range slices.Sorted(maps.Keys(f.Slots)) {
		if !slices.ContainsFunc(form.cfg.Slots, func(s SlotConfig) bool { return s.Name == name }) {
			c.fail(path+".slots", cut(name, r.limits.Name), "is no slot of the template")
		}
		total += len(f.Slots[name])
	}
	if total > r.limits.TotalFields {
		c.failf(path+".slots", strconv.Itoa(total), "are more than %d bytes in all", r.limits.TotalFields)
		return
	}
	if text := form.fill(lang, f.Slots).Text; len(text) > r.limits.Text {
		c.failf(path, size(text), "is longer than %d bytes", r.limits.Text)
	}
}

// words returns what a command says: its own text, or its template's.
func (in *Input) words(text string, f Filled, ch Channel, files []Attachment) Message {
	form, ok := in.Rules.forms[f.ID]
	if !ok {
		return newMessage(text, ch, files)
	}
	draft := form.fill(in.Ticket.Customer.Language, f.Slots).Text
	edited := text != "" && text != draft
	if !edited {
		text = draft
	}
	m := newMessage(text, ch, files)
	m.Template, m.Edited = fmt.Sprintf("%s@%d", f.ID, form.cfg.Version), edited
	return m
}

// templated returns the template of a command with the text that stands
// instead of its own.
func templated(cmd Command) (Filled, string) {
	switch cmd := cmd.(type) {
	case Reply:
		return cmd.Template, cmd.Text
	case AskCustomer:
		return cmd.Template, cmd.Text
	case Resolve:
		return cmd.Template, cmd.Text
	default:
		return Filled{}, ""
	}
}

// guardSlotsFilled holds where no slot shows in what goes out.
func guardSlotsFilled(in *Input) []Blocker {
	f, text := templated(in.Command)
	form, ok := in.Rules.forms[f.ID]
	if !ok {
		return nil
	}
	draft := form.fill(in.Ticket.Customer.Language, f.Slots)
	missing := draft.Missing
	if text != "" && text != draft.Text {
		missing = form.left(text)
	}
	var out []Blocker
	for _, slot := range missing {
		out = append(out, blocked(CodeSlotUnfilled, "template", f.ID, "slot", slot)...)
	}
	return out
}
