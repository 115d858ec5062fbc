package app

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/alexedwards/argon2id"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// Admin is the first who may log in: a manager who also sees to data protection.
const Admin = "admin"

// FirstAgents makes who may log in, where nobody may yet: the administrator, and
// the agents of the demo. It returns their one-time passwords, which are nowhere
// else and have to be changed at the first login; empty: there were agents.
func (a *App) FirstAgents(ctx context.Context, p *argon2id.Params) (admin, others string, err error) { //nolint:nonamedreturns // two alike
	all, err := a.DB.Agents(ctx)
	if err != nil || len(all) > 0 {
		return "", "", err
	}
	var people []demo.Agent
	if err := a.DB.Setting(ctx, "people", &people); err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", "", err
	}
	admin, others = rand.Text(), rand.Text()
	first := store.Agent{Agent: demo.Agent{ID: Admin, Name: "Administration", Role: demo.RoleManager, Skills: []string{"de", "en"}}, Privacy: true}
	for _, one := range append([]store.Agent{first}, demoAgents(people)...) {
		password := others
		if one.ID == Admin {
			password = admin
		}
		if one.Hash, err = argon2id.CreateHash(password, p); err != nil {
			return "", "", err
		}
		one.Fresh = one.ID == Admin
		if err := a.DB.KeepAgent(ctx, one); err != nil {
			return "", "", err
		}
	}
	if len(people) == 0 {
		others = ""
	}
	return admin, others, a.LoadAgents(ctx)
}

// demoAgents are those of the demo; its manager sees to data protection too.
func demoAgents(people []demo.Agent) []store.Agent {
	out := make([]store.Agent, 0, len(people))
	for _, p := range people {
		out = append(out, store.Agent{Agent: p, Privacy: p.Role == demo.RoleManager})
	}
	return out
}

// SetPassword gives an agent a password. fresh: it has to be changed at the next
// login.
func (a *App) SetPassword(ctx context.Context, id, password string, fresh bool, p *argon2id.Params) error {
	one, err := a.DB.Agent(ctx, id)
	if err != nil {
		return err
	}
	if one.Hash, err = argon2id.CreateHash(password, p); err != nil {
		return err
	}
	one.Fresh = fresh
	if err := a.DB.KeepAgent(ctx, one); err != nil {
		return err
	}
	return a.DB.Log(ctx, a.now(), id, "password", "")
}

// AgentActor is an agent as the ticket desk knows one.
func AgentActor(p store.Agent) ticket.Actor {
	out := ticket.Actor{Kind: ticket.ActorAgent, ID: p.ID, Shop: Shop}
	if p.Role == demo.RoleLead || p.Role == demo.RoleManager {
		out.Roles = append(out.Roles, ticket.RoleLead)
	}
	return out
}
