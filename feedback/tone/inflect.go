package tone

import "strings"

// inflect returns the forms of a word, itself included. More forms than a word
// has do no harm: nobody writes them.
func inflect(lang Language, kind, word string) []string {
	switch {
	case kind == "inv":
		return []string{word}
	case lang == English:
		return inflectEnglish(kind, word)
	}
	switch kind {
	case "noun":
		return germanNoun(word)
	case "verb":
		return germanVerb(word)
	case "adjform":
		return endings(word)
	}
	return germanAdjective(word)
}

// endings adds those of an adjective.
func endings(stem string) []string {
	short := strings.TrimSuffix(stem, "e")
	return []string{stem, short + "e", short + "en", short + "er", short + "es", short + "em"}
}

// germanAdjective declines an adjective in all three degrees.
func germanAdjective(word string) []string {
	stem := strings.TrimSuffix(word, "e")
	stems := []string{stem}
	if short, ok := cutMiddle(stem); ok { // teuer: teure; dunkel: dunkle
		stems = append(stems, short)
	}
	forms := make([]string, 0, 64)
	forms = append(forms, word)
	for _, s := range stems {
		forms = append(forms, endings(s)...)
		forms = append(forms, endings(s+"er")...)
		forms = append(forms, endings(s + "st")[1:]...)
		forms = append(forms, endings(s + "est")[1:]...)
	}
	return forms
}

// cutMiddle drops the e of an ending -el or -er.
func cutMiddle(stem string) (string, bool) {
	n := len(stem)
	if n < 4 || stem[n-2] != 'e' || stem[n-1] != 'l' && stem[n-1] != 'r' {
		return stem, false
	}
	return stem[:n-2] + stem[n-1:], true
}

func germanNoun(word string) []string {
	forms := []string{word}
	for _, e := range []string{"s", "es", "e", "en", "n", "er", "ern"} {
		forms = append(forms, word+e)
	}
	switch {
	case strings.HasSuffix(word, "nis"):
		forms = append(forms, word+"se", word+"sen", word+"ses")
	case strings.HasSuffix(word, "in"):
		forms = append(forms, word+"nen")
	}
	return forms
}

// germanVerb conjugates a weak verb; a strong one lists its other forms behind
// slashes. A | stands behind a prefix that is parted from it.
func germanVerb(word string) []string {
	prefix, base, parted := strings.Cut(word, "|")
	if !parted {
		prefix, base = "", word
	}
	stem := strings.TrimSuffix(strings.TrimSuffix(base, "n"), "e")
	link := ""
	if last := stem[len(stem)-1]; last == 't' || last == 'd' {
		link = "e"
	}
	var forms []string
	for _, e := range []string{"e", link + "st", link + "t", link + "te", link + "ten", link + "test"} {
		forms = append(forms, prefix+stem+e)
	}
	forms = append(forms, prefix+base)
	if parted {
		forms = append(forms, prefix+"zu"+base)
	}
	for _, e := range []string{"", "e", "en", "er", "es", "em"} {
		forms = append(forms, prefix+base+"d"+e)
		if parted || !fastPrefix(base) {
			forms = append(forms, prefix+"ge"+stem+link+"t"+e)
		} else {
			forms = append(forms, stem+link+"t"+e)
		}
	}
	return forms
}

// fastPrefix reports whether a verb forms its participle without ge-.
func fastPrefix(verb string) bool {
	if strings.HasSuffix(verb, "ieren") {
		return true
	}
	for _, p := range []string{"be", "ge", "er", "ver", "zer", "ent", "emp", "miss", "über"} {
		if strings.HasPrefix(verb, p) {
			return true
		}
	}
	return false
}

func inflectEnglish(kind, word string) []string {
	last := word[len(word)-1]
	short := word[:len(word)-1]
	isY := last == 'y' && len(word) > 2 && !isVowel(word[len(word)-2])
	switch kind {
	case "noun":
		return []string{word, plural(word, isY)}
	case "verb":
		forms := []string{word, plural(word, isY)}
		switch {
		case last == 'e':
			return append(forms, word+"d", short+"ing", word+"ing")
		case isY:
			return append(forms, short+"ied", word+"ing")
		case doubles(word):
			forms = append(forms, word+string(last)+"ed", word+string(last)+"ing")
		}
		return append(forms, word+"ed", word+"ing")
	case "adjform":
		return []string{word}
	}
	switch {
	case isY:
		return []string{word, short + "ier", short + "iest", short + "ily", short + "iness"}
	case strings.HasSuffix(word, "le"):
		return []string{word, word + "r", word + "st", short + "y"}
	case last == 'e':
		return []string{word, word + "r", word + "st", word + "ly"}
	case strings.HasSuffix(word, "ic"):
		return []string{word, word + "ally"}
	case doubles(word):
		return []string{word, word + string(last) + "er", word + string(last) + "est", word + "ly"}
	}
	return []string{word, word + "er", word + "est", word + "ly", word + "ness"}
}

func plural(word string, isY bool) string {
	if isY {
		return word[:len(word)-1] + "ies"
	}
	for _, e := range []string{"s", "x", "z", "ch", "sh"} {
		if strings.HasSuffix(word, e) {
			return word + "es"
		}
	}
	return word + "s"
}

// doubles reports whether a short word writes its last letter twice: stop,
// stopped.
func doubles(word string) bool {
	n := len(word)
	if n < 3 || n > 4 {
		return false
	}
	last := word[n-1]
	return !isVowel(last) && last != 'w' && last != 'x' && last != 'y' && isVowel(word[n-2]) && !isVowel(word[n-3])
}

func isVowel(c byte) bool {
	return strings.IndexByte("aeiou", c) >= 0
}
