package tone_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback/tone"
)

func kinds(t *testing.T, checker *tone.ReplyChecker, draft string) []tone.WarningKind {
	t.Helper()
	list := []tone.WarningKind{}
	for _, w := range checker.Check(draft) {
		assert.NotEmpty(t, w.Advice)
		assert.Less(t, w.Start, w.End)
		assert.LessOrEqual(t, w.End, len(draft))
		list = append(list, w.Kind)
	}
	return list
}

func TestCheckReply(t *testing.T) {
	checker, err := tone.NewReplyChecker(tone.ReplyRules()...)
	require.NoError(t, err)
	for draft, want := range map[string][]tone.WarningKind{
		"Das war leider Ihr Fehler.":                                {tone.Blame},
		"Da sind Sie selbst schuld.":                                {tone.Blame},
		"Sie haben offenbar die falsche Größe bestellt.":            {tone.Blame},
		"Hätten Sie die Anleitung gelesen, wäre das nicht passiert": {tone.Blame},
		"Sie behaupten, das Paket sei leer gewesen.":                {tone.Blame},
		"Es handelt sich um einen Bedienfehler.":                    {tone.Blame},
		"Na toll, dann eben nicht.":                                 {tone.Sarcasm},
		"Schönen Dank auch für die schlechte Bewertung.":            {tone.Sarcasm},
		"Dafür sind wir nicht zuständig.":                           {tone.Defence},
		"Das ist nicht unsere Schuld, sondern die von DHL.":         {tone.Defence},
		"Laut unseren AGB ist das ausgeschlossen.":                  {tone.Defence},
		"Bitte regen Sie sich nicht so auf, das ist halb so wild.":  {tone.Defence},
		"It was your own fault.":                                    {tone.Blame},
		"You should have read the manual.":                          {tone.Blame},
		"You claim that the box was empty.":                         {tone.Blame},
		"We do not have a crystal ball.":                            {tone.Sarcasm},
		"If you say so.":                                            {tone.Sarcasm},
		"This is beyond our control.":                               {tone.Defence},
		"As per our policy we cannot refund this.":                  {tone.Defence},
		"We are sorry that you feel that way.":                      {tone.Defence},

		// What a good reply says.
		"Das hätte nicht passieren dürfen. Bitte entschuldigen Sie.":                             {},
		"Sie haben recht: Wir haben Ihnen die falsche Größe geschickt.":                          {},
		"Das war nicht Ihr Fehler, sondern unserer.":                                             {},
		"Wir schicken Ihnen heute ein neues Gerät, die Rücksendung ist kostenlos.":               {},
		"Danke für Ihre Geduld. Der Betrag ist in zwei Tagen auf Ihrem Konto.":                   {},
		"Vielen Dank für Ihre ehrliche Bewertung, wir haben Ihr Problem verstanden.":             {},
		"We are sorry. This was our mistake, and a replacement leaves today.":                    {},
		"It is not your fault: our description was wrong. We have refunded the full price today": {},
		"Thank you for telling us. We have spoken with the courier and will call you at 5 pm.":   {},
		"": {},
	} {
		assert.Equal(t, want, kinds(t, checker, draft), draft)
	}
}

func TestReplyRuleFaults(t *testing.T) {
	_, err := tone.NewReplyChecker(
		tone.ReplyRule{Kind: "odd", ID: "a", German: []string{"x"}},
		tone.ReplyRule{Kind: tone.Blame, ID: "a"},
	)
	var faults tone.Faults
	require.ErrorAs(t, err, &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	assert.Equal(t, []string{"rules[0].kind", "rules[0].advice.de", "rules[1].id", "rules[1]"}, paths)
	_, err = tone.NewReplyChecker()
	require.ErrorIs(t, err, tone.ErrInvalid)
	_, err = tone.ParseReplyRules([]byte(`{}`))
	require.Error(t, err)
}
