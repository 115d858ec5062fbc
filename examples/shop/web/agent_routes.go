package web

// agentRoutes are the pages of those who answer.
func (s *Server) agentRoutes() {
	s.desk("GET /desk", anyAgent, s.inbox)
	s.desk("GET /desk/stream", anyAgent, s.inboxStream)
	s.desk("GET /desk/ticket/{id}", anyAgent, s.folder)
	s.desk("GET /desk/ticket/{id}/watch", anyAgent, s.watch)
	s.desk("GET /desk/ticket/{id}/file/{file}", anyAgent, s.agentFile)
	s.desk("POST /desk/ticket/{id}/draft", anyAgent, s.draft)
	s.desk("POST /desk/ticket/{id}/merge", anyAgent, s.merge)
	s.desk("POST /desk/ticket/{id}/unmerge", anyAgent, s.unmerge)
	s.desk("POST /desk/ticket/{id}/do/{action}", anyAgent, s.act)
	s.desk("GET /desk/ticket/{id}/goodwill", anyAgent, s.goodwillPage)
	s.desk("POST /desk/ticket/{id}/goodwill", anyAgent, s.propose)
	s.desk("POST /desk/ticket/{id}/grant/{grant}/{action}", anyAgent, s.grantAct)
}
