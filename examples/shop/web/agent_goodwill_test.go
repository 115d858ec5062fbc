package web_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/web"
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
	require.Regexp(t, `Kosten des Angebots: 40,00.€ von höchstens \d+,\d\d`, page.body, "what it costs beside what a dispute would")
	require.Equal(t, http.StatusOK, bilal.post(pageOf(m)+"/goodwill", "key", "dear", "order", o.ID, "cause", "late", "declined", "shipping", "declined", "voucher").code)
	grants := s.grants(m.ID.String())
	require.Len(t, grants, 1)
	require.Equal(t, goodwill.StateProposed, grants[0].State)
	act := pageOf(m) + "/grant/" + grants[0].ID.String() + "/"
	require.Equal(t, http.StatusConflict, bilal.post(act+"execute").code, "nobody has agreed")
	require.Equal(t, http.StatusConflict, bilal.post(act+"approve").code, "who proposed does not approve")
	require.Equal(t, http.StatusConflict, s.as("clara").post(act+"approve").code, "nor does another who may not give it")
	require.NotContains(t, s.customer(m.Customer.Ref).get("/t/"+s.app.TicketLink(m)).body, "Was Sie bekommen", "nobody has agreed yet")
	require.Zero(t, s.paid())
	require.Equal(t, http.StatusOK, esra.post(act+"approve").code)
	require.Equal(t, http.StatusOK, bilal.post(act+"execute").code)
	require.Equal(t, 1, s.paid())
}

// approved is a favour of a dear order that two have agreed to, and where its page
// is.
func (s *site) approved(who *browser) (ticket.Ticket, string) {
	s.t.Helper()
	o, m := s.dear()
	p := who.post(pageOf(m)+"/goodwill", "key", "dear", "order", o.ID, "cause", "late", "declined", "shipping", "declined", "voucher")
	require.Equal(s.t, http.StatusOK, p.code, p.body)
	act := pageOf(m) + "/grant/" + s.grants(m.ID.String())[0].ID.String() + "/"
	require.Equal(s.t, http.StatusOK, s.as("esra").post(act+"approve").code)
	return m, act
}

// tick lets time pass for the payment service and the desk.
func (s *site) tick(times int, each time.Duration) {
	s.t.Helper()
	for range times {
		s.clock.Set(s.clock.Now().Add(each))
		_, err := s.payer.Settle(s.t.Context())
		require.NoError(s.t, err)
		_, err = s.app.Goodwill.Tick(s.t.Context(), goodwill.TickOptions{})
		require.NoError(s.t, err)
	}
}

// A payment that is not heard of is unknown on the page, which says so to agent and
// customer. Pressing again pays nothing twice, and what is still open is settled by
// the desk's asking.
func TestAPaymentThatIsNotHeardOf(t *testing.T) {
	t.Parallel()
	for conduct, booked := range map[pay.Conduct]int{pay.Lost: 0, pay.Late: 1, pay.Silent: 1, pay.Stuck: 0} {
		t.Run(string(conduct), func(t *testing.T) {
			t.Parallel()
			s := open(t)
			bilal := s.as("bilal")
			m, act := s.approved(bilal)
			customer, page := s.customer(m.Customer.Ref), "/t/"+s.app.TicketLink(m)
			require.NotContains(t, customer.get(page).body, "Was Sie bekommen", "nobody has promised it yet")
			require.NoError(t, s.payer.Plan(conduct))
			p := bilal.post(act + "execute")
			require.Equal(t, http.StatusOK, p.code, p.body)
			unknown := goodwill.StateUnknown.Text().DE
			require.Contains(t, p.body, unknown)
			require.Contains(t, p.body, "Niemand weiß gerade, ob gezahlt wurde.")
			require.Contains(t, p.body, act+`execute"><button class="quiet">Jetzt nachfragen`)
			require.NotContains(t, p.body, "Auszahlen</button>", "nobody is tempted to pay again")
			require.Contains(t, customer.get(page).body, "Wir kümmern uns gerade darum.")
			require.Equal(t, booked, s.paid())
			if conduct != pay.Late {
				p = bilal.post(act + "execute") // the service answers when it is asked
				require.Equal(t, http.StatusOK, p.code, p.body)
				require.Contains(t, p.body, goodwill.StateSettled.Text().DE)
				require.Equal(t, 1, s.paid())
			}
			s.tick(50, 10*time.Minute)
			require.Equal(t, goodwill.StateSettled, s.grants(m.ID.String())[0].State)
			require.Equal(t, 1, s.paid())
			require.NotContains(t, s.as("bilal").get(pageOf(m)+"/goodwill").body, unknown)
			p = customer.get(page)
			require.Contains(t, p.body, "Das ist erledigt.")
			require.Contains(t, p.body, "Ausgezahlt am")
		})
	}
}

// mute is a payment service that cannot tell what became of a payment.
type mute struct{ *pay.Service }

// Find implements goodwill.Payer.
func (m mute) Find(context.Context, goodwill.Payout) (goodwill.Receipt, error) {
	return goodwill.Receipt{}, pay.ErrDown
}

// What nobody can find out is settled by a lead's word with what proves it, by
// nobody else, and not against what the payment service knows.
func TestAPaymentIsSettledByHand(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]goodwill.State{"paid": goodwill.StateSettled, "declined": goodwill.StateFailed} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			s := openWith(t, func(p *pay.Service) goodwill.Payer { return mute{p} })
			bilal, anna := s.as("bilal"), s.as("anna")
			m, act := s.approved(bilal)
			require.NoError(t, s.payer.Plan(pay.Lost))
			require.Equal(t, http.StatusOK, bilal.post(act+"execute").code)
			page := pageOf(m) + "/goodwill"
			require.Equal(t, goodwill.StateUnknown, s.grants(m.ID.String())[0].State)
			body := bilal.get(page).body
			require.NotContains(t, body, act+"settle", "an agent has no button")
			require.Contains(t, body, "Von Hand klären kann das die Leitung.")
			require.Contains(t, anna.get(page).body, act+"settle")
			refused := bilal.post(act+"settle", "status", status, "reference", "Auszug 7")
			require.Equal(t, http.StatusConflict, refused.code, "nor the right to")
			require.Contains(t, refused.body, "Das darf nur die Leitung.")
			for _, bad := range [][]string{{"status", status}, {"status", "maybe", "reference", "x"}, {"reference", "x"}} {
				require.Equal(t, http.StatusUnprocessableEntity, anna.post(act+"settle", bad...).code, bad)
			}
			require.Equal(t, goodwill.StateUnknown, s.grants(m.ID.String())[0].State)
			for range 2 { // sent twice it counts once
				p := anna.post(act+"settle", "status", status, "reference", "Auszug 7, Zeile 3")
				require.Equal(t, http.StatusOK, p.code, p.body)
				require.Contains(t, p.body, "Auszug 7, Zeile 3")
			}
			g := s.grants(m.ID.String())[0]
			require.Equal(t, want, g.State)
			last := g.Log[len(g.Log)-1]
			require.Equal(t, "anna", last.By)
			require.Equal(t, goodwill.CodeByHand, last.Why)
			require.Equal(t, "Auszug 7, Zeile 3", last.Ref)
			s.tick(5, 10*time.Minute)
			require.Equal(t, want, s.grants(m.ID.String())[0].State)
			require.Zero(t, s.paid())
		})
	}
	s := open(t)
	anna, bilal := s.as("anna"), s.as("bilal")
	m, act := s.approved(bilal)
	require.NoError(t, s.payer.Plan(pay.Silent))
	require.Equal(t, http.StatusOK, bilal.post(act+"execute").code)
	refused := anna.post(act+"settle", "status", "declined", "reference", "Auszug 7")
	require.Equal(t, http.StatusConflict, refused.code)
	require.Contains(t, refused.body, goodwill.Reason{Code: goodwill.CodePayerSays}.Text().DE)
	require.Equal(t, goodwill.StateSettled, s.grants(m.ID.String())[0].State, "it knew")
}

// The demo's payment service can be looked at by those who lead and is made to
// behave badly by managers alone, which is written down.
func TestThePaymentServiceIsSet(t *testing.T) {
	t.Parallel()
	s := open(t)
	bilal, anna, esra := s.as("bilal"), s.as("anna"), s.as("esra")
	const page = "/desk/manage/payments"
	require.Equal(t, http.StatusForbidden, bilal.get(page).code)
	require.Contains(t, anna.get(page).body, "noch keine Zahlung")
	require.Contains(t, anna.get("/desk/manage").body, page)
	require.Equal(t, http.StatusForbidden, anna.post(page, "conduct", "silent").code)
	require.Equal(t, http.StatusUnprocessableEntity, esra.post(page, "conduct", "rich").code)
	p := esra.post(page, "conduct", string(pay.Declines))
	require.Contains(t, p.body, `<option value="declines" selected>`)
	require.Contains(t, esra.get("/desk/manage/audit").body, "payments")
	m, act := s.approved(bilal)
	require.Contains(t, bilal.post(act+"execute").body, goodwill.StateFailed.Text().DE)
	body := anna.get(page).body
	require.Contains(t, body, "abgelehnt")
	require.Contains(t, body, `href="`+pageOf(m)+`/goodwill"`)
	for _, c := range pay.Conducts() {
		require.NotContains(t, body, ">"+string(c)+"</option>", "each has a text")
	}
	shop := open(t, func(c *web.Config) { c.Demo = false })
	require.Equal(t, http.StatusNotFound, shop.as("esra").get(page).code, "nobody plays with a shop's own")
	require.Equal(t, http.StatusNotFound, shop.as("esra").post(page, "conduct", "silent").code)
	require.NotContains(t, shop.as("esra").get("/desk/manage").body, page)
}
