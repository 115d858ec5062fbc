package review

import (
	"net/url"
	"strconv"
	"strings"
)

// Link is where a review can be written.
type Link struct {
	Source string `json:"source"` // the platform, by the name that customers know
	URL    string `json:"url"`    // https
}

// Request returns the text that asks a customer for a review, in German for "de"
// and its variants, else in English. It asks for good and bad alike and promises
// nothing, and it is not told how content the customer is: whoever is asked at
// all (feedback.Invite) gets this text with all of the links. To ask only those
// who are content (review gating) would make the whole of the reviews misleading
// (section 5(1) UWG), and the large platforms forbid it.
func Request(lang string, links ...Link) (string, error) {
	var c check
	if len(links) == 0 {
		c.Failf("links", "0", "are missing")
	}
	lines := append(make([]string, 0, 1+len(links)), pick(lang,
		"Wie war es bei uns? Schreiben Sie gern öffentlich, was gut war und was nicht. Ihre ehrliche Meinung hilft anderen und uns.",
		"How was it with us? Feel welcome to write in public what was good and what was not. Your honest opinion helps others and us."))
	for i, l := range links {
		path := "links[" + strconv.Itoa(i) + "]"
		c.Name(path+".source", l.Source, true)
		if u, err := url.Parse(l.URL); err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(l.URL, " \r\n") {
			c.Failf(path+".url", strconv.Itoa(len(l.URL))+" bytes", "are no https address")
		}
		lines = append(lines, l.Source+": "+l.URL)
	}
	if err := c.Err(); err != nil {
		return "", err
	}
	return strings.Join(lines, "\n"), nil
}
