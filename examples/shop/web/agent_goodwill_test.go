package web_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/goodwill"
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
	other := ""
	for _, o := range all {
		if o.Customer != mine.Customer {
			other = o.ID
		}
	}

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
		stranger := s.matter(mine.Customer, "Etwas ganz anderes")
		if stranger.ID != m.ID {
			require.Equal(t, http.StatusNotFound, bilal.post(pageOf(stranger)+"/grant/"+g.ID.String()+"/execute").code)
		}
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
