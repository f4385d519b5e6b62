/** Whom a session acts for. Agents act as the user they work for; `agent` only says who typed. */
export type Principal = UserPrincipal | AnonymousPrincipal | OperatorPrincipal;

export interface UserPrincipal {
  kind: 'user';
  user_id: string;
  /** Instance role, for menus and operation checks; the database decides rows by itself. */
  role: 'user' | 'admin' | 'super_admin';
  /** What the session or API key may do. A browser session has every scope of its user. */
  scopes: readonly string[];
  /** Permissions of the user's roles, for what reaches beyond one's own things. */
  permissions: readonly string[];
  session_id?: string;
  api_key_id?: string;
  /** Requests a minute that the API key allows. */
  rate_limit?: number;
  /** Name of the agent that acts for the user, recorded in history. */
  agent?: string;
}

export interface AnonymousPrincipal {
  kind: 'anonymous';
}

/** Whoever holds the machine: the command line. Has no rows of its own and opens no session. */
export interface OperatorPrincipal {
  kind: 'operator';
}

export const anonymous: AnonymousPrincipal = { kind: 'anonymous' };
