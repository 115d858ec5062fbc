package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// intake guards the endpoints for machines: they are under the same headers as the
// pages and under limits of their own. Who calls them proves it by each call; an
// address that fails to do so again and again is not heard for a while.
func (s *Server) intake() http.Handler {
	if s.cfg.Intake == nil {
		return http.NotFoundHandler()
	}
	return s.counted("/intake/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := s.address(r)
		if !s.calls.allow(from) || !s.denials.left(from) {
			tooMany(w)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		out := &statusWriter{ResponseWriter: w, code: http.StatusOK}
		s.cfg.Intake.ServeHTTP(out, r)
		if out.code == http.StatusUnauthorized {
			s.denials.allow(from)
		}
	}))
}

func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "10")
	http.Error(w, "Zu viele Anfragen. / Too many requests.", http.StatusTooManyRequests)
}

// address is whom to count for: the other end of the connection, or whom the
// shop's own proxy says it speaks for; of IPv6 the network, of which one household
// has many addresses.
func (s *Server) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	// Each proxy adds whom it heard: the last one that is no proxy of ours is the
	// first that nobody can make up.
	for _, hop := range slices.Backward(hops) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil || !s.proxy(ip) {
			break
		}
		ip = next
	}
	return network(ip)
}

func (s *Server) proxy(ip netip.Addr) bool {
	return slices.ContainsFunc(s.cfg.Proxies, func(p netip.Prefix) bool { return p.Contains(ip.Unmap().WithZone("")) })
}

func network(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}
