package order

import (
	"reflect"
	"strings"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

// FactKind says what may be said of a fact.
type FactKind string

// The kinds.
const (
	FactAnswer FactKind = "answer" // an [Answer]
	FactAmount FactKind = "amount" // of money, in the order's currency
)

// Fact describes one of [Facts]: for forms.
type Fact struct {
	Name string // as in "sound_value"
	Kind FactKind
}

// Path is how package rights names the fact where it is missing.
func (f Fact) Path() string { return "facts." + f.Name }

// FactList returns all facts, in the order of [Facts].
func FactList() []Fact {
	t := reflect.TypeFor[Facts]()
	list := make([]Fact, t.NumField())
	for i := range list {
		list[i] = Fact{Name: factName(t.Field(i)), Kind: FactAnswer}
		if t.Field(i).Type == reflect.TypeFor[money.Amount]() {
			list[i].Kind = FactAmount
		}
	}
	return list
}

func factName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// Get returns what is known of a fact, as [Facts.Set] takes it; empty: nothing,
// or there is no such fact.
func (f *Facts) Get(name string) string {
	switch fact := f.field(name).(type) {
	case *Answer:
		return string(*fact)
	case *money.Amount:
		if fact.Given() {
			return fact.String()
		}
	}
	return ""
}

// Set says what is known of a fact: "yes", "no", or an amount as "12.50 EUR";
// empty takes it back. The error is an [sla.Fault] with the fact's path.
func (f *Facts) Set(name, value string) error {
	path := Fact{Name: name}.Path()
	switch fact := f.field(name).(type) {
	case *Answer:
		switch a := Answer(value); a {
		case Unknown, Yes, No:
			*fact = a
			return nil
		}
		return &sla.Fault{Path: path, Value: value, Reason: "is neither yes nor no"}
	case *money.Amount:
		if value == "" {
			*fact = money.Amount{}
			return nil
		}
		a, err := money.ParseText(value)
		if err != nil {
			return &sla.Fault{Path: path, Value: value, Reason: "is no amount as 12.50 EUR"}
		}
		if a.Sign() < 0 {
			return &sla.Fault{Path: path, Value: value, Reason: "is below 0"}
		}
		*fact = a
		return nil
	}
	return &sla.Fault{Path: path, Value: value, Reason: "is no fact"}
}

// field returns a pointer to a fact; nil: there is none of the name.
func (f *Facts) field(name string) any {
	v := reflect.ValueOf(f).Elem()
	for i := range v.NumField() {
		if factName(v.Type().Field(i)) == name {
			return v.Field(i).Addr().Interface()
		}
	}
	return nil
}
