package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
)

type privacyPage struct {
	Asked  string
	Found  *demo.Customer
	Orders int
	Erased *app.Erased
}

// privacyDesk finds a customer by address or reference, for what the law asks.
func (s *Server) privacyDesk(w http.ResponseWriter, r *http.Request, v *view) error {
	p := privacyPage{Asked: r.URL.Query().Get("q")}
	v.Path = ""
	if p.Asked != "" {
		c, err := s.app.DB.CustomerByEmail(r.Context(), p.Asked)
		if errors.Is(err, store.ErrNotFound) {
			c, err = s.app.DB.Customer(r.Context(), p.Asked)
		}
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return err
		default:
			p.Found = &c
			orders, err := s.app.DB.Orders(r.Context(), c.Ref, 500)
			if err != nil {
				return err
			}
			p.Orders = len(orders)
		}
	}
	return s.render(w, v, "manager_privacy", p)
}

// exportCustomer hands over all that is held on a customer.
func (s *Server) exportCustomer(w http.ResponseWriter, r *http.Request, v *view) error {
	d, err := s.app.Export(r.Context(), *v.Agent, field(r, "customer"), v.Lang)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(d, "", "  ") //nolint:musttag // the shop's own rows are named as their fields are
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="export.json"`)
	_, _ = w.Write(data) // a browser that is gone is no fault
	return nil
}

// eraseCustomer forgets a customer; it says what stays, and why.
func (s *Server) eraseCustomer(w http.ResponseWriter, r *http.Request, v *view) error {
	ref := field(r, "customer")
	if field(r, "sure") != "yes" {
		return inputError{"Bitte bestätigen Sie, dass gelöscht werden soll.", "Please confirm that this is to be erased."}
	}
	if _, err := s.app.DB.Customer(r.Context(), ref); err != nil {
		return err
	}
	e, err := s.app.Erase(r.Context(), *v.Agent, ref)
	if err != nil {
		return err
	}
	return s.render(w, v, "manager_privacy", privacyPage{Erased: &e})
}
