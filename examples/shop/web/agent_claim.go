package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// The names of a claim's inputs, before that of the fact, event or field. An amount
// is written as people of the visitor's language write it; everywhere else a claim
// is as the library writes it.
const (
	factInput   = "fact."
	amountInput = "amount."
	eventInput  = "event."
	fieldInput  = "field."
)

// claimOf reads a claim from a form or an address, and what of it cannot be read.
func claimOf(v *view, r *http.Request) (app.Claim, sla.Faults) {
	_ = r.ParseForm()
	c := app.Claim{
		Order: r.Form.Get("order"), Lines: r.Form["line"], Cause: order.Cause(r.Form.Get("cause")),
		Severity: order.Severity(r.Form.Get("severity")), Wish: order.Wish(r.Form.Get("wish")), Declined: r.Form["declined"],
		Facts: entered(r.Form, factInput), Events: make(map[statute.Event]string), Fields: entered(r.Form, fieldInput),
	}
	for kind, day := range entered(r.Form, eventInput) {
		c.Events[statute.Event(kind)] = day
	}
	var faults sla.Faults
	amounts := entered(r.Form, amountInput)
	for _, name := range slices.Sorted(maps.Keys(amounts)) {
		a, err := money.Locale(v.Lang).Parse(amounts[name], money.EUR)
		if err != nil {
			faults = append(faults, &sla.Fault{Path: order.Fact{Name: name}.Path(), Value: amounts[name], Reason: "is no amount"})
			continue
		}
		c.Facts[name] = a.String()
	}
	return c, faults
}

// entered are the inputs under a prefix that are not empty, by the rest of their
// names.
func entered(form url.Values, prefix string) map[string]string {
	all := make(map[string]string)
	for name := range form {
		if rest, ok := strings.CutPrefix(name, prefix); ok && strings.TrimSpace(form.Get(name)) != "" {
			all[rest] = strings.TrimSpace(form.Get(name))
		}
	}
	return all
}

// inquiry is an input for something that only a person can find out.
type inquiry struct {
	Name  string // of the input
	Code  string
	Label string
	Kind  string // answer, amount, date or text
	Value string // as it is shown in the input

	Unknown, Yes, No, Example string // words of the input
}

// questions are those about facts, events and fields: first those that the decision
// lacks and those that were answered, then all others.
func (p *goodwillPage) questions(v *view, form url.Values, fields []string) {
	asked := make(map[string]bool)
	for _, path := range p.missing() {
		asked[path] = true
	}
	for _, q := range v.allQuestions(p.Claim, form, fields) {
		if asked[q.Code] || q.Value != "" || q.Kind == "text" {
			p.Questions = append(p.Questions, q)
		} else {
			p.More = append(p.More, q)
		}
		delete(asked, q.Code)
	}
	p.Lacking = slices.Sorted(maps.Keys(asked))
}

// allQuestions are all that there are, in the order in which the library has them.
func (v *view) allQuestions(c app.Claim, form url.Values, fields []string) []inquiry {
	facts, events := order.FactList(), toldEvents()
	all := make([]inquiry, 0, len(facts)+len(events)+len(fields))
	for _, f := range facts {
		q := inquiry{Name: factInput + f.Name, Code: f.Path(), Label: v.Both(f.Text()), Kind: string(f.Kind), Value: c.Facts[f.Name]}
		if f.Kind == order.FactAmount {
			q.Name = amountInput + f.Name
			if q.Value = form.Get(q.Name); q.Value == "" {
				q.Value = v.amountText(c.Facts[f.Name])
			}
		}
		all = append(all, q)
	}
	for _, kind := range events {
		path := order.EventPath(kind)
		all = append(all, inquiry{Name: eventInput + string(kind), Code: path, Label: v.Both(order.PathText(path)), Kind: "date", Value: c.Events[kind]})
	}
	for _, name := range fields {
		all = append(all, inquiry{Name: fieldInput + name, Code: name, Label: name, Kind: "text", Value: c.Fields[name]})
	}
	for i := range all {
		q := &all[i]
		q.Unknown, q.Yes, q.No, q.Example = v.T("unbekannt", "unknown"), v.T("ja", "yes"), v.T("nein", "no"), v.T("12,50", "12.50")
	}
	return all
}

// toldEvents are those that nothing in the shop records: somebody tells of them.
func toldEvents() []statute.Event {
	return []statute.Event{
		statute.DefectShown, order.DefectReported, order.CureDemanded, order.CureGraceEnds, order.CureRefused, order.CureFailed, order.CureDone,
		order.DeliveryAgreed, order.DeliveryGraceEnds, order.DeliveryRefused, order.ParcelLost, order.SealBroken,
		statute.GoodsReturned, statute.DispatchProved, statute.PickupOffered,
	}
}

// amountText writes an amount of a claim for an input; what is none stays as it is.
func (v *view) amountText(canonical string) string {
	a, err := money.ParseText(canonical)
	if err != nil {
		return canonical
	}
	return v.Money(a)
}

// claimFault says in words what is wrong with something that was entered.
func (v *view) claimFault(f *sla.Fault) string {
	what := v.T("geht so nicht", "cannot be used") + " (" + f.Reason + ")"
	if _, ok := order.EventOf(f.Path); ok {
		what = v.T("ist kein Tag", "is no day")
	}
	if name, ok := strings.CutPrefix(f.Path, "facts."); ok {
		i := slices.IndexFunc(order.FactList(), func(f order.Fact) bool { return f.Name == name })
		switch {
		case i < 0:
			what = v.T("ist nichts, wonach gefragt wird", "is nothing that is asked for")
		case order.FactList()[i].Kind == order.FactAmount:
			what = v.T("ist kein Betrag wie 12,50", "is no amount as 12.50")
		default:
			what = v.T("ist weder ja noch nein", "is neither yes nor no")
		}
	}
	return v.Both(order.PathText(f.Path)) + ": „" + f.Value + "“ " + what
}

// hidden is a claim as hidden fields of a form: names and values.
func hidden(c app.Claim) [][2]string {
	all := make([][2]string, 0, 4+len(c.Lines)+len(c.Declined)+len(c.Facts)+len(c.Events)+len(c.Fields))
	all = append(all, [][2]string{{"order", c.Order}, {"cause", string(c.Cause)}, {"severity", string(c.Severity)}, {"wish", string(c.Wish)}}...)
	for _, line := range c.Lines {
		all = append(all, [2]string{"line", line})
	}
	for _, id := range c.Declined {
		all = append(all, [2]string{"declined", id})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Facts)) {
		all = append(all, [2]string{factInput + name, c.Facts[name]})
	}
	for _, kind := range slices.Sorted(maps.Keys(c.Events)) {
		all = append(all, [2]string{eventInput + string(kind), c.Events[kind]})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		all = append(all, [2]string{fieldInput + name, c.Fields[name]})
	}
	return slices.DeleteFunc(all, func(x [2]string) bool { return x[1] == "" })
}
