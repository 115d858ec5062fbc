package order_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/internal/declared"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

func named(t *testing.T, code string, text sla.Text) {
	t.Helper()
	assert.NotEmpty(t, text.DE, code)
	assert.NotEmpty(t, text.EN, code)
	assert.NotEqual(t, code, text.DE, "is a code")
}

func TestEverythingThatIsChosenHasAName(t *testing.T) {
	t.Parallel()
	for _, code := range must(declared.Constants("case.go", "Cause")) {
		named(t, code, order.Cause(code).Text())
	}
	for _, code := range must(declared.Constants("case.go", "Severity")) {
		named(t, code, order.Severity(code).Text())
	}
	for _, code := range must(declared.Constants("case.go", "Wish")) {
		named(t, code, order.Wish(code).Text())
	}
	for _, code := range must(declared.Constants("event.go", "Event")) {
		named(t, code, order.PathText(order.EventPath(statute.Event(code))))
	}
	named(t, "order.events.defect_shown", order.PathText(order.EventPath(statute.DefectShown)))
	for _, path := range []string{"order.buyer", "order.country", "order.sale", "order.delivery.standard"} {
		named(t, path, order.PathText(path))
	}
	assert.Equal(t, sla.Text{DE: "own", EN: "own"}, order.Cause("own").Text(), "a code that is not known is shown, not hidden")
	assert.Equal(t, "own", order.PathText("order.events.own").EN)
	_, ok := order.EventOf("facts.defect")
	assert.False(t, ok)
}

// Every fact has a name, and takes what it is made of and nothing else.
func TestEveryFactIsSaidAndRead(t *testing.T) {
	t.Parallel()
	kinds := map[order.FactKind][]string{order.FactAnswer: {"yes", "no"}, order.FactAmount: {"0.00 EUR", "12.50 EUR"}}
	var f order.Facts
	for _, fact := range order.FactList() {
		named(t, fact.Name, fact.Text())
		assert.Equal(t, fact.Text(), order.PathText(fact.Path()))
		require.Contains(t, kinds, fact.Kind)
		assert.Empty(t, f.Get(fact.Name))
		for _, value := range kinds[fact.Kind] {
			require.NoError(t, f.Set(fact.Name, value))
			assert.Equal(t, value, f.Get(fact.Name))
			data, err := json.Marshal(f)
			require.NoError(t, err)
			assert.JSONEq(t, `{"`+fact.Name+`":"`+value+`"}`, string(data), "and it is this fact that was said")
		}
		for _, value := range []string{"maybe", "-1.00 EUR", "1.005 EUR", "12.50", "YES"} {
			var fault *sla.Fault
			require.ErrorAs(t, f.Set(fact.Name, value), &fault, "%s %s", fact.Name, value)
			assert.Equal(t, "facts."+fact.Name, fault.Path)
			assert.Equal(t, value, fault.Value)
		}
		assert.Equal(t, kinds[fact.Kind][1], f.Get(fact.Name), "what is wrong changes nothing")
		require.NoError(t, f.Set(fact.Name, ""))
		assert.Equal(t, order.Facts{}, f, "it is taken back")
	}
	require.ErrorIs(t, f.Set("colour", "yes"), sla.ErrInvalid)
	assert.Empty(t, f.Get("colour"))
}
