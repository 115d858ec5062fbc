package web

// managerRoutes are the pages of those who lead, and of who sees to data protection.
func (s *Server) managerRoutes() {
	s.desk("GET /desk/manage", leads, s.dashboard)
	s.desk("GET /desk/manage/charts", leads, s.charts)
	s.desk("GET /desk/manage/policy", leads, s.policyForm)
	s.desk("POST /desk/manage/policy", leads, s.policy)
	s.desk("GET /desk/manage/measures", leads, s.measures)
	s.desk("POST /desk/manage/measures", leads, s.addMeasure)
	s.desk("GET /desk/manage/blocks", leads, s.blocks)
	s.desk("POST /desk/manage/blocks/{id}/end", leads, s.unblock)
	s.desk("POST /desk/manage/blocks/{id}/renew", leads, s.renewBlock)
	s.desk("GET /desk/manage/failed", leads, s.failed)
	s.desk("POST /desk/manage/failed/{id}", leads, s.retryFailed)
	s.desk("GET /desk/manage/tickets.csv", leads, s.ticketSheet)
	s.desk("GET /desk/manage/audit", managers, s.auditLog)
	s.desk("POST /desk/manage/clock", managers, s.setClock)
	s.desk("GET /desk/manage/payments", leads, s.payments)
	s.desk("POST /desk/manage/payments", managers, s.setPayments)
	s.desk("GET /desk/privacy", privacy, s.privacyDesk)
	s.desk("POST /desk/privacy/export", privacy, s.exportCustomer)
	s.desk("POST /desk/privacy/erase", privacy, s.eraseCustomer)
}
