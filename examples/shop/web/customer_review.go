package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/feedback/review"
)

// reviewPage shows what customers say, whatever it is, and how that is verified.
type reviewPage struct {
	Notice string
	Shown  []app.Shown
	Orders []demo.Order
	Fault  string
	Text   string
}

func (s *Server) reviewForm(w http.ResponseWriter, r *http.Request, v *view) error {
	return s.showReviews(w, r, v, reviewPage{})
}

func (s *Server) showReviews(w http.ResponseWriter, r *http.Request, v *view, p reviewPage) error {
	var err error
	if p.Notice, err = s.app.ReviewNotice(v.Lang); err != nil {
		return err
	}
	if p.Shown, err = s.app.Shown(r.Context(), v.Lang); err != nil {
		return err
	}
	if v.Who != nil {
		if p.Orders, err = s.app.DB.Orders(r.Context(), v.Who.Ref, 20); err != nil {
			return err
		}
	}
	return s.render(w, v, "customer_review", p)
}

// review takes one in. It is verified where who is signed in bought what it is
// about; all are shown.
func (s *Server) review(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	stars, err := strconv.Atoi(field(r, "stars"))
	text, key := strings.TrimSpace(r.PostFormValue("text")), field(r, "key")
	if err != nil || stars < 1 || stars > 5 || key == "" || len(key) > 64 || len(text) > review.MaxText {
		v.status = http.StatusUnprocessableEntity
		return s.showReviews(w, r, v, reviewPage{Text: text, Fault: v.T("Bitte wählen Sie ein bis fünf Sterne.", "Please choose one to five stars.")})
	}
	one := review.Review{ExternalID: key, Stars: &stars, Text: text, Language: v.Lang, Verified: review.Unverified}
	if v.Who != nil {
		one.Customer = v.Who.Ref
		o, err := s.app.DB.Order(r.Context(), field(r, "order"))
		if err == nil && o.Customer == v.Who.Ref {
			one.Order, one.Verified = o.ID, review.ByOrder
		}
	}
	if err := s.app.Review(r.Context(), one); err != nil {
		return err
	}
	s.flash(r, v.T("Danke für Ihre Bewertung.", "Thank you for your review."))
	return to(w, r, "/review")
}
