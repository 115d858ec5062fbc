package web_test

import (
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/ticket"
)

func (s *site) grants(t string) []goodwill.Grant {
	s.t.Helper()
	anna, err := s.db.Agent(s.t.Context(), "anna")
	require.NoError(s.t, err)
	page, err := s.app.Goodwill.List(s.t.Context(), app.GoodwillActor(anna), goodwill.Query{Label: "case:" + t, Limit: 50})
	require.NoError(s.t, err)
	return page.Grants
}

func (s *site) paid() int {
	s.t.Helper()
	var n int
	require.NoError(s.t, s.db.SQL().QueryRowContext(s.t.Context(), "SELECT count(*) FROM pay_transfer").Scan(&n))
	return n
}

func TestGoodwillIsGrantedOnce(t *testing.T) {
	s := open(t)
	bilal := s.as("bilal")
	all, err := s.db.RecentOrders(t.Context(), friday.AddDate(0, 0, -60), 200)
	require.NoError(t, err)
	require.NotEmpty(t, all)
	mine := all[0]
	m := s.matter(mine.Customer, "Das kam viel zu spät.")
	i := slices.IndexFunc(all, func(o demo.Order) bool { return o.Customer != mine.Customer })
	require.Positive(t, i)
	other, stranger := all[i].ID, s.matter(all[i].Customer, "Etwas ganz anderes")

	page := bilal.get(pageOf(m) + "/goodwill?cause=late&order=" + mine.ID)
	require.Equal(t, http.StatusOK, page.code, page.body)
	require.Contains(t, page.body, "BGB")
	require.Contains(t, page.body, "Rechenweg")
	require.Empty(t, s.grants(m.ID.String()), "looking makes nothing")
	require.Equal(t, http.StatusNotFound, bilal.get(pageOf(m)+"/goodwill?cause=late&order="+other).code, "an order of somebody else")

	for range 2 {
		p := bilal.post(pageOf(m)+"/goodwill", "key", "once", "order", mine.ID, "cause", "late")
		require.Equal(t, http.StatusOK, p.code, p.body)
	}
	grants := s.grants(m.ID.String())
	require.NotEmpty(t, grants, regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page.body, " "))
	before := s.paid()
	for _, g := range grants {
		act := pageOf(m) + "/grant/" + g.ID.String() + "/"
		if g.State == goodwill.StateProposed {
			require.Equal(t, http.StatusConflict, bilal.post(act+"approve").code, "who proposed does not approve")
			require.Equal(t, http.StatusOK, s.as("esra").post(act+"approve").code)
		}
		require.Equal(t, http.StatusNotFound, bilal.post(pageOf(stranger)+"/grant/"+g.ID.String()+"/execute").code, "another's ticket")
		for range 2 {
			require.Equal(t, http.StatusOK, bilal.post(act+"execute").code)
		}
		require.Equal(t, http.StatusConflict, bilal.post(act+"reverse", "reference", "x").code, "no lead")
	}
	require.Equal(t, before+len(grants), s.paid())
	for _, g := range s.grants(m.ID.String()) {
		require.Equal(t, goodwill.StateSettled, g.State)
	}
	require.Contains(t, bilal.get(pageOf(m)+"/goodwill").body, "ausgezahlt")
}

// dear is an order above which an agent's share of it is more than an agent may give
// alone, and a matter of its customer's.
func (s *site) dear() (demo.Order, ticket.Ticket) {
	s.t.Helper()
	all, err := s.db.RecentOrders(s.t.Context(), friday.AddDate(0, 0, -60), 500)
	require.NoError(s.t, err)
	i := slices.IndexFunc(all, func(o demo.Order) bool {
		paid, err := o.Paid()
		return err == nil && paid.Minor() >= 200_00
	})
	require.GreaterOrEqual(s.t, i, 0, "the demo has a dear order")
	return all[i], s.matter(all[i].Customer, "Das Zelt kam viel zu spät.")
}

// A favour above what an agent may give waits for somebody else who may, and the page
// shows what a dispute would cost beside it.
func TestADearFavourTakesTwo(t *testing.T) {
	t.Parallel()
	s := open(t)
	o, m := s.dear()
	bilal, esra := s.as("bilal"), s.as("esra")
	page := bilal.get(pageOf(m) + "/goodwill?cause=late&declined=shipping&declined=voucher&order=" + o.ID)
	require.Equal(t, http.StatusOK, page.code, page.body)
	require.Contains(t, page.body, "Zustimmen muss")
	require.Regexp(t, `cost\.offer: 40,00.€ von höchstens \d+,\d\d`, page.body, "what it costs beside what a dispute would")
	require.Equal(t, http.StatusOK, bilal.post(pageOf(m)+"/goodwill", "key", "dear", "order", o.ID, "cause", "late", "declined", "shipping", "declined", "voucher").code)
	grants := s.grants(m.ID.String())
	require.Len(t, grants, 1)
	require.Equal(t, goodwill.StateProposed, grants[0].State)
	act := pageOf(m) + "/grant/" + grants[0].ID.String() + "/"
	require.Equal(t, http.StatusConflict, bilal.post(act+"execute").code, "nobody has agreed")
	require.Equal(t, http.StatusConflict, bilal.post(act+"approve").code, "who proposed does not approve")
	require.Equal(t, http.StatusConflict, s.as("clara").post(act+"approve").code, "nor does another who may not give it")
	require.Zero(t, s.paid())
	require.Equal(t, http.StatusOK, esra.post(act+"approve").code)
	require.Equal(t, http.StatusOK, bilal.post(act+"execute").code)
	require.Equal(t, 1, s.paid())
}

// A payment that is not heard of is unknown on the page. Pressing again pays nothing
// twice, and what is still open is settled by the desk's asking.
func TestAPaymentThatIsNotHeardOf(t *testing.T) {
	t.Parallel()
	for _, conduct := range []pay.Conduct{pay.Lost, pay.Late} {
		t.Run(string(conduct), func(t *testing.T) {
			t.Parallel()
			s := open(t)
			o, m := s.dear()
			bilal := s.as("bilal")
			require.Equal(t, http.StatusOK, bilal.post(pageOf(m)+"/goodwill", "key", "dear", "order", o.ID, "cause", "late", "declined", "shipping", "declined", "voucher").code)
			g := s.grants(m.ID.String())[0]
			act := pageOf(m) + "/grant/" + g.ID.String() + "/"
			require.Equal(t, http.StatusOK, s.as("esra").post(act+"approve").code)
			require.NoError(t, s.payer.Plan(conduct))
			require.Equal(t, http.StatusOK, bilal.post(act+"execute").code)
			unknown := goodwill.StateUnknown.Text().DE
			require.Contains(t, bilal.get(pageOf(m)+"/goodwill").body, unknown)
			bilal.post(act + "execute")
			for range 50 {
				s.clock.Set(s.clock.Now().Add(10 * time.Minute))
				_, err := s.payer.Settle(t.Context())
				require.NoError(t, err)
				_, err = s.app.Goodwill.Tick(t.Context(), goodwill.TickOptions{})
				require.NoError(t, err)
			}
			require.Equal(t, goodwill.StateSettled, s.grants(m.ID.String())[0].State)
			require.Equal(t, 1, s.paid())
			require.NotContains(t, s.as("bilal").get(pageOf(m)+"/goodwill").body, unknown)
		})
	}
}
