import pg from 'pg';

/**
 * A connection of the owner's, not opened yet. It rests while other connections work, so a database whose sessions end
 * when they idle doesn't end it.
 */
export function ownerClient(url: string, applicationName: string): pg.Client {
  return new pg.Client({
    connectionString: url,
    application_name: applicationName,
    options: '-c idle_session_timeout=0',
  });
}
