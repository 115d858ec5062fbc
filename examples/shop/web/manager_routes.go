package web

import "net/http"

// managerRoutes are the pages of those who lead.
func (s *Server) managerRoutes() {
	s.desk("GET /desk/manage", leads, func(w http.ResponseWriter, _ *http.Request, v *view) error {
		return s.render(w, v, "manager_home", nil)
	})
}
