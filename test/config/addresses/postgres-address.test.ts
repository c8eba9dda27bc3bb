/** Addresses of databases: what may stand in them, what they leave to the environment, and that no secret is shown. */
import { describe, expect, it } from "@jest/globals";
import { postgresAddressProblem, postgresServerOf } from "../../../src/config/addresses/postgres-address.ts";

describe("an address of PostgreSQL", () => {
  it.each([
    ["postgres://u:hush@host:99999/db", /its parts cannot be told apart/],
    ["postgres://u:hush@host:0/db", /its port is 0/],
    ["postgres://u:hush@/db", /names a user but no server; PGUSER may name the user/],
    ["postgres://u:hu/sh@host/db", /its parts cannot be told apart/],
    ["postgres://u:hu%zzsh@host/db", /its parts cannot be told apart/],
    ["postgres://u:hush#more@host/db", /its parts cannot be told apart/],
    ["postgres://host/db#hush", /a fragment/],
    ["postgres://host/db/hush", /names more than a database/],
    ["postgres://host/db?password=hush", /its parameter password is none of sslmode, .*, table$/],
    ["postgres://host/db?hush%20it=1", /its parameter \.\.\. is none of/],
    ["postgres://host/db?sslmode=allow", /its sslmode is none of disable, prefer, require, verify-ca, verify-full/],
    ["postgres://host/db?sslmode=require&sslmode=disable", /has sslmode more than once/],
    ["postgres://host/db?connect_timeout=soon", /its connect_timeout is no number of seconds/],
  ])("%s is refused", (address, problem) => {
    expect(postgresAddressProblem(address, ["table"])).toMatch(problem);
    expect(postgresAddressProblem(address, ["table"])).not.toContain("hush");
  });

  it.each([
    "postgres://host",
    "postgresql://u:p%40%2F@host:5433/db?sslmode=verify-full&sslrootcert=/ca.pem",
    "postgres:///db?host=/var/run/postgresql",
    "postgres://[::1]:5432/db",
    "postgres://host/db?table=shop.lists",
  ])("%s is fine", (address) => {
    expect(postgresAddressProblem(address, ["table"])).toBeNull();
  });

  it("goes before the environment, which goes before the usual", () => {
    const variables = { PGHOST: "other", PGUSER: "other", PGPASSWORD: "other", PGSSLMODE: "disable", PGPORT: "1" };
    expect(postgresServerOf("postgres://me:p%40ss@db.example:5433/my%20shop?sslmode=require", variables)).toEqual({
      host: "db.example",
      port: 5433,
      user: "me",
      database: "my shop",
      password: "p@ss",
      tls: "require",
      rootCertificate: null,
      certificate: null,
      key: null,
      connectSeconds: 20,
      applicationName: "lawn-ranker",
      options: null,
    });
    const left = postgresServerOf("postgres:///", variables);
    expect(left).toMatchObject({ host: "other", port: 1, user: "other", database: "other", tls: "disable" });
    const usual = postgresServerOf("postgres://", { PGUSER: "", USER: "me" });
    expect(usual).toMatchObject({ host: "localhost", port: 5432, user: "me", database: "me", tls: "prefer" });
    expect(usual.password).toBeNull();
  });

  it("takes no variable that makes no sense for another", () => {
    expect(() => postgresServerOf("postgres://host", { PGSSLMODE: "on" })).toThrow(
      'PGSSLMODE is "on", expected one of disable, prefer, require, verify-ca, verify-full',
    );
    expect(() => postgresServerOf("postgres://host", { PGPORT: "x" })).toThrow(
      'PGPORT is "x", expected a number from 1 to 65535',
    );
    expect(() => postgresServerOf("postgres://host", { PGPORT: "65536" })).toThrow('PGPORT is "65536"');
  });
});
