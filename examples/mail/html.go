package mail

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// Bounds of what HTML can make of itself.
const (
	maxQuoteDepth = 5 // of "> " before a line
	maxLinkLength = 2000
)

// htmlText turns HTML into text: what a reader sees, in its order, nothing
// loaded and nothing run. Quotes get "> " before each line, links are named
// where their text does not, pictures are their description. It works on
// tokens, not on a tree, so nesting costs nothing.
func htmlText(src string, limit int) string {
	p := &page{limit: limit, hide: true}
	p.run(src)
	if text := p.out.String(); strings.TrimSpace(text) != "" {
		return text
	}
	p = &page{limit: limit} // all of it hidden: then none of it
	p.run(src)
	return p.out.String()
}

// page is a text that HTML is laid out on.
type page struct {
	limit int
	hide  bool // leave out what a style hides

	out    strings.Builder
	breaks int  // line breaks that are due before the next word
	space  bool // a blank is due
	pre    int
	quotes int

	skip      string // the element that is left out
	skipDepth int
	link      string
	linkAt    int
}

func (p *page) run(src string) {
	z := html.NewTokenizer(strings.NewReader(src))
	for p.out.Len() <= p.limit {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return
		case html.TextToken:
			if p.skipDepth == 0 {
				p.words(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			closed := kind == html.SelfClosingTagToken
			if p.skipDepth == 0 {
				p.start(readElement(z), closed)
			} else if name, _ := z.TagName(); string(name) == p.skip && !closed {
				p.skipDepth++
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			p.end(string(name))
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// element is a start tag, as far as it matters.
type element struct {
	tag, href, alt string
	hidden         bool // by its style
}

func readElement(z *html.Tokenizer) element {
	name, more := z.TagName()
	e := element{tag: string(name)}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "href":
			e.href = strings.TrimSpace(string(value))
		case "alt":
			e.alt = strings.TrimSpace(string(value))
		case "hidden":
			e.hidden = true
		case "style":
			e.hidden = e.hidden || hides(string(value))
		}
	}
	return e
}

func (p *page) start(e element, closed bool) {
	if isVoid(e.tag) {
		p.void(e)
		return
	}
	if p.leavesOut(e) {
		if !closed {
			p.skip, p.skipDepth = e.tag, 1
		}
		return
	}
	p.lines(margin(e.tag))
	switch e.tag {
	case "a":
		p.link, p.linkAt = e.href, p.out.Len()
	case "blockquote":
		p.quotes++
	case "pre":
		p.pre++
	case "li":
		p.words("- ")
		p.space = true
	case "td", "th":
		p.space = true
	}
}

// leavesOut reports whether no reader sees an element, by its kind or its
// style.
func (p *page) leavesOut(e element) bool {
	switch e.tag {
	case "script", "style", "title", "template", "noscript", "object", "svg", "math", "iframe", "noframes",
		"noembed", "select":
		return true
	case "html", "body":
		return false
	default:
		return e.hidden && p.hide
	}
}

func (p *page) end(tag string) {
	if p.skipDepth > 0 {
		if tag == p.skip {
			p.skipDepth--
		}
		return
	}
	switch tag {
	case "a":
		p.endLink()
	case "blockquote":
		p.lines(1)
		p.quotes = max(0, p.quotes-1)
	case "pre":
		p.pre = max(0, p.pre-1)
	}
	p.lines(margin(tag))
}

func (p *page) void(e element) {
	switch e.tag {
	case "br":
		p.breaks, p.space = p.breaks+1, false
	case "hr":
		p.lines(1)
		p.words("________________________________")
		p.lines(1)
	case "img":
		if e.alt != "" {
			p.words("[" + e.alt + "]")
		}
	}
}

// endLink writes where a link leads, unless its words say so.
func (p *page) endLink() {
	href := p.link
	p.link = ""
	scheme, rest, ok := strings.Cut(href, ":")
	if !ok || len(href) > maxLinkLength || p.out.Len() == p.linkAt {
		return
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "mailto", "tel":
	default:
		return
	}
	shown := strings.TrimRight(strings.TrimSpace(p.out.String()[p.linkAt:]), "/")
	if href = strings.TrimRight(line(href), "/"); shown == href || shown == strings.TrimPrefix(rest, "//") ||
		shown == strings.TrimRight(strings.TrimPrefix(rest, "//"), "/") {
		return
	}
	p.words(" <" + href + ">")
}

// lines makes sure that the next word stands so many lines below the last.
func (p *page) lines(n int) {
	if n > 0 && p.out.Len() > 0 {
		p.breaks, p.space = max(p.breaks, n), false
	}
}

// words writes text with its white space collapsed, as a browser does.
func (p *page) words(text string) {
	if p.pre > 0 {
		p.verbatim(text)
		return
	}
	for len(text) > 0 && p.out.Len() <= p.limit {
		i := strings.IndexFunc(text, isHTMLSpace)
		if i == 0 {
			p.space = true
			text = strings.TrimLeftFunc(text, isHTMLSpace)
			continue
		}
		if i < 0 {
			i = len(text)
		}
		p.word(text[:i])
		text = text[i:]
	}
}

func (p *page) verbatim(text string) {
	for l := range strings.Lines(text) {
		word := strings.TrimRight(l, "\r\n")
		if word != "" {
			p.word(word)
		}
		if len(word) < len(l) {
			p.breaks, p.space = p.breaks+1, false
		}
	}
}

func (p *page) word(w string) {
	prefix := strings.Repeat("> ", min(p.quotes, maxQuoteDepth))
	if p.out.Len() == 0 {
		p.out.WriteString(prefix)
		p.breaks, p.space = 0, false
	}
	if p.breaks > 0 {
		p.out.WriteByte('\n')
		for range min(p.breaks, 3) - 1 {
			p.out.WriteString(strings.TrimRight(prefix, " "))
			p.out.WriteByte('\n')
		}
		p.out.WriteString(prefix)
		p.breaks, p.space = 0, false
	}
	if p.space {
		p.out.WriteByte(' ')
		p.space = false
	}
	p.out.WriteString(w)
}

// isHTMLSpace reports whether HTML collapses a character. A no-break space
// stays.
func isHTMLSpace(r rune) bool {
	return r != '\u00a0' && r != '\u202f' && unicode.IsSpace(r)
}

// hides reports whether a style makes an element invisible.
func hides(style string) bool {
	style = strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, style))
	return strings.Contains(style, "display:none") || strings.Contains(style, "mso-hide:all") ||
		strings.Contains(style, "visibility:hidden")
}

// isVoid reports whether an element has no end tag.
func isVoid(tag string) bool {
	switch tag {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link",
		"meta", "param", "source", "track", "wbr":
		return true
	default:
		return false
	}
}

// margin is how many line breaks stand around an element.
func margin(tag string) int {
	switch tag {
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table",
		"pre":
		return 2
	case "div", "tr", "li", "dt", "dd", "section", "article", "header", "footer",
		"address", "blockquote", "form", "center", "body", "caption":
		return 1
	default:
		return 0
	}
}
