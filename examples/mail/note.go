package mail

import "slices"

// Code says what [Parse] did to a mail beyond reading it.
type Code string

// What can happen to a mail. The whole of it stands in [Options.Raw].
const (
	NoteBytes     Code = "message_cut"       // longer than Limits.Bytes
	NoteHeader    Code = "header_cut"        // a header block longer than Limits.Header
	NoteParts     Code = "parts_cut"         // more parts than Limits.Parts
	NoteDepth     Code = "depth_cut"         // deeper than Limits.Depth
	NoteText      Code = "text_cut"          // longer than Limits.Text
	NoteFile      Code = "file_cut"          // an attachment longer than Limits.File
	NoteFiles     Code = "files_cut"         // more attachments than Limits.Files
	NoteUnsaved   Code = "files_unsaved"     // attachments, and no Options.Save
	NoteStructure Code = "structure_broken"  // the MIME structure was repaired, or ends early
	NoteEncoding  Code = "encoding_broken"   // a transfer encoding that is unknown or breaks off
	NoteCharset   Code = "charset_guessed"   // a charset that is unknown, refused or wrong
	NoteQuote     Code = "quote_trimmed"     // quoted text or a signature was left out
	NoteHTML      Code = "html_converted"    // the text was taken from HTML
	NoteAuthor    Code = "author_ambiguous"  // more than one author, or none
	NoteForged    Code = "signature_invalid" // an address looks signed and is not
	NoteStranger  Code = "not_the_owner"     // a signed address, used by somebody else
)

// notes is a set of codes in order of their first appearance.
type notes struct{ list []Code }

func (n *notes) add(c Code) {
	if c != "" && !slices.Contains(n.list, c) {
		n.list = append(n.list, c)
	}
}
