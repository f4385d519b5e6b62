import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import { newToken } from '../../kernel/ids.ts';

/** What one person's sign-in at a server needs to be kept of; all of it secret. */
export interface OAuthState {
  client?: StoredOAuthClientInformation;
  tokens?: StoredOAuthTokens;
  code_verifier?: string;
  /** The authorization server the sign-in was begun at: the code is handed to no other one. */
  discovery?: OAuthDiscoveryState;
  /** Ties the answer of the authorization server to the request (RFC 6749, 10.12). */
  state?: string;
}

/**
 * OAuth 2.1 with PKCE for MCP (authorization, revision 2025-11-25 and later). It never opens a page by itself: the
 * address to open is kept in `authorizationUrl` for the person.
 */
export class OAuthSession implements OAuthClientProvider {
  readonly redirectUrl: string;
  readonly #id: string;
  readonly held: OAuthState;
  authorizationUrl: string | undefined;

  /** @param id stands in the state, so that whoever comes back is known to belong to it. */
  constructor(id: string, redirectUrl: string, held: OAuthState) {
    this.#id = id;
    this.redirectUrl = redirectUrl;
    this.held = { ...held };
  }

  get clientMetadata(): OAuthClientMetadata {
    return {
      client_name: 'Meta Agent',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state(): string {
    this.held.state = `${this.#id}.${newToken(24)}`;
    return this.held.state;
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.held.client;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.held.client = client;
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.held.tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.held.tokens = tokens;
    delete this.held.code_verifier;
    delete this.held.discovery;
    delete this.held.state;
  }

  redirectToAuthorization(url: URL): void {
    this.authorizationUrl = url.href;
  }

  saveCodeVerifier(verifier: string): void {
    this.held.code_verifier = verifier;
  }

  codeVerifier(): string {
    return this.held.code_verifier ?? '';
  }

  saveDiscoveryState(discovery: OAuthDiscoveryState): void {
    this.held.discovery = discovery;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.held.discovery;
  }
}
