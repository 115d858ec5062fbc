-- +goose Up
-- What an agent looks at all day: the own tickets and those of the team, the most
-- urgent first. Without these a page for somebody with few tickets reads all of
-- the shop's.
CREATE INDEX kulanz_ticket_by_assignee ON kulanz_ticket (shop, assignee, due, id);
CREATE INDEX kulanz_ticket_by_team ON kulanz_ticket (shop, team, due, id);

-- +goose Down
DROP INDEX kulanz_ticket_by_team;
DROP INDEX kulanz_ticket_by_assignee;
