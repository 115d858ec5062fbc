package web

import "net/http"

// customerRoutes are the pages of those who ask.
func (s *Server) customerRoutes() {
	s.customer("GET /{$}", s.front)
	s.customer("GET /contact", s.contactForm)
	s.customer("POST /contact", s.contact)
	s.customer("GET /t/{token}", s.ticketPage)
	s.customer("POST /t/{token}/write", s.ticketWrite)
	s.customer("POST /t/{token}/person", s.ticketPerson)
	s.customer("POST /t/{token}/solved", s.ticketSolved)
	s.customer("POST /t/{token}/callback", s.ticketCallback)
	s.customer("POST /t/{token}/phone", s.ticketPhone)
	s.customer("GET /t/{token}/file/{file}", s.ticketFile)
	s.customer("GET /my", s.mine)
	s.customer("POST /my/link", s.loginLink)
	s.customer("GET /in/{token}", s.loginConfirm)
	s.customer("POST /in/{token}", s.loginByLink)
	s.customer("POST /my/logout", s.customerLogout)
	s.customer("POST /demo/as", s.demoAs)
	s.customer("GET /withdrawal", s.withdrawalForm)
	s.customer("POST /withdrawal/check", s.withdrawalCheck)
	s.customer("POST /withdrawal", s.withdraw)
	s.customer("GET /withdrawal/receipt/{id}", s.withdrawalReceipt)
	s.customer("GET /survey/{token}", s.surveyForm)
	s.customer("POST /survey/{token}", s.survey)
	s.customer("GET /survey/{token}/object", s.objectForm)
	s.customer("POST /survey/{token}/object", s.object)
	s.customer("GET /review", s.reviewForm)
	s.customer("POST /review", s.review)
	s.customer("GET /about", s.about)
	for _, page := range []string{"terms", "imprint", "privacy"} {
		s.customer("GET /"+page, func(w http.ResponseWriter, _ *http.Request, v *view) error {
			return s.render(w, v, "customer_"+page, nil)
		})
	}
}
