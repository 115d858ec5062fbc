package web

import (
	"net/http"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/ticket"
)

// agentRoutes are the pages of those who answer.
func (s *Server) agentRoutes() {
	s.desk("GET /desk", anyAgent, s.inbox)
}

// inbox lists what is open, by when it is due.
func (s *Server) inbox(w http.ResponseWriter, r *http.Request, v *view) error {
	list, err := s.app.Tickets.List(r.Context(), app.AgentActor(*v.Agent), ticket.Query{
		States: []ticket.State{ticket.StateNew, ticket.StateOpen}, Order: ticket.OrderDue, Limit: 100,
	})
	if err != nil {
		return err
	}
	return s.render(w, v, "agent_inbox", list.Tickets)
}
