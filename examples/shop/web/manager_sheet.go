package web

import (
	"bytes"
	"net/http"
)

// ticketSheet hands the tickets over as a table, whole or not at all.
func (s *Server) ticketSheet(w http.ResponseWriter, r *http.Request, v *view) error {
	var table bytes.Buffer
	if err := s.app.Sheet(r.Context(), *v.Agent, &table); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="tickets.csv"`)
	_, _ = w.Write(table.Bytes()) // a browser that is gone is no fault
	return nil
}
