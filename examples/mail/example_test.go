package mail_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/ticket"
)

// A customer answers from a phone, to the signed address of her ticket.
func ExampleParse() {
	addresses, err := mail.NewAddresses(mail.AddressConfig{
		Mailbox: "service@laden.example",
		Keys:    []mail.Key{{ID: 1, Secret: []byte("a secret of at least 32 random bytes")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	about := ticket.Ref{Shop: "laden.example", ID: uuid.MustParse("0190a0b0-0000-7000-8000-000000000001")}
	raw := "From: Erika <erika@kundin.example>\r\n" +
		"To: " + addresses.Sign(about) + "\r\n" +
		"Message-ID: <4711@kundin.example>\r\n" +
		"Subject: =?utf-8?Q?Re:_Hut_f=C3=BCr_20_=E2=82=AC?=\r\n" +
		"Content-Type: text/plain; charset=iso-8859-1\r\n" +
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
		"Er ist zu gro=DF.\r\n\r\n" +
		"Von meinem iPhone gesendet\r\n\r\n" +
		"> Am 23.11.2026 um 09:10 schrieb Laden:\r\n" +
		"> Passt der Hut?\r\n"

	p, err := mail.Parse(context.Background(), strings.NewReader(raw), mail.Options{
		Shop: "laden.example", Addresses: addresses, Raw: "mailbox/17",
		Customer: func(_ context.Context, s mail.Sender) (ticket.Customer, error) {
			return ticket.Customer{Ref: "c1", Language: "de"}, nil // the host looks s.Address up
		},
		Owner: func(_ context.Context, ref ticket.Ref, _ mail.Sender, c ticket.Customer) (bool, error) {
			return c.Ref == "c1", nil // usually mail.OwnerOf(desk)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Inbound.Subject)
	fmt.Println(p.Inbound.Text)
	fmt.Println(*p.Inbound.Ticket == about, p.Notes)
	// Output:
	// Re: Hut für 20 €
	// Er ist zu groß.
	// true [quote_trimmed]
}

// What a deliverer of ticket.DeskDelivers does before it talks to a server.
func ExampleCompose() {
	ref := ticket.Ref{Shop: "laden.example", ID: uuid.MustParse("0190a0b0-0000-7000-8000-000000000001")}
	out := ticket.Outgoing{
		Ticket: ticket.Ticket{ID: ref.ID, Shop: ref.Shop, Subject: "Hut"},
		Event: ticket.Event{
			Seq: 5, At: time.Date(2026, 11, 23, 9, 10, 0, 0, time.UTC), Kind: ticket.EventReminder,
			Actor: ticket.By{Kind: ticket.ActorSystem}, Body: ticket.Message{Text: ticket.ReminderText("en")},
		},
		MessageID: ticket.MessageID(ref, 5),
	}
	raw, err := mail.Compose(context.Background(), out, mail.Letter{
		From:       mail.Address{Name: "Laden", Address: "service@laden.example"},
		To:         mail.Address{Address: "erika@kundin.example"},
		Now:        out.Event.At,
		References: []string{"4711@kundin.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(string(raw), "\r\n", "\n"))
	// Output:
	// Date: Mon, 23 Nov 2026 09:10:00 +0000
	// From: "Laden" <service@laden.example>
	// To: <erika@kundin.example>
	// Subject: Re: Hut
	// Message-Id: <0190a0b0-0000-7000-8000-000000000001.5@laden.example>
	// In-Reply-To: <4711@kundin.example>
	// References: <4711@kundin.example>
	// Auto-Submitted: auto-generated
	// X-Auto-Response-Suppress: All
	// Mime-Version: 1.0
	// Content-Type: text/plain; charset=utf-8
	// Content-Transfer-Encoding: quoted-printable
	//
	// We still have a question for you and are waiting for your answer, so that w=
	// e can go on helping you.
}

func ExampleAddresses() {
	config := mail.AddressConfig{
		Mailbox: "service@laden.example",
		Keys:    []mail.Key{{ID: 1, Secret: []byte("a secret of at least 32 random bytes")}},
	}
	old, err := mail.NewAddresses(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	ref := ticket.Ref{Shop: "laden.example", ID: uuid.MustParse("0190a0b0-0000-7000-8000-000000000001")}
	addr := old.Sign(ref)
	fmt.Println(addr)

	// A new key comes first; the old one stays until its answers are in.
	config.Keys = append([]mail.Key{{ID: 2, Secret: []byte("another secret of 32 random bytes")}}, config.Keys...)
	rotated, err := mail.NewAddresses(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, key, err := rotated.Verify("laden.example", addr)
	fmt.Println(key, err)
	_, _, err = rotated.Verify("other.example", addr)
	fmt.Println(err)
	// Output:
	// service+aeazbifqaaahaaeaaaaaaaaaaaa4ddixazbwkndvlseibffxknuq@laden.example
	// 1 <nil>
	// mail: signature is not valid: key 1
}
