// What has to happen in one step, in Redis. Scripts reach only the keys that they are given.

/**
 * What is under a key: `none`; `text` that another program wrote, whose version is its hash; `record`, as we write it,
 * a hash of the record and its version; `foreign`: something else.
 */
const LOOK = `
local function look(key)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then return {'none'} end
  if kind == 'string' then
    local text = redis.call('GET', key)
    return {'text', text, 'text-' .. redis.sha1hex(text)}
  end
  if kind == 'hash' then
    local found = redis.call('HMGET', key, 'record', 'version')
    if found[1] and found[2] then return {'record', found[1], found[2]} end
  end
  return {'foreign'}
end
`;

/** An ACL that forbids PUBLISH costs the wake-up, and must not undo what was done before it. */
const TELL = `
local function tell(channel, message)
  if channel ~= '' then redis.pcall('PUBLISH', channel, message) end
end
`;

/** KEYS record. What is there. */
export const READ = `${LOOK} return look(KEYS[1])`;

/**
 * KEYS record; ARGV expected version ('' for nothing), new version, record, ms to live ('0': for ever), channel.
 * 1: written. A client that lost its connection may send it twice, and the second one finds its own version there.
 * A text is deleted only when HSET was refused for nothing else than the text: whoever may not use it must lose nothing.
 */
export const WRITE = `${LOOK} ${TELL}
local found = look(KEYS[1])
if found[3] == ARGV[2] then return 1 end
if found[1] == 'foreign' or (found[3] or '') ~= ARGV[1] then return 0 end
local written = redis.pcall('HSET', KEYS[1], 'record', ARGV[3], 'version', ARGV[2])
if found[1] == 'text' and string.find(written.err, 'WRONGTYPE', 1, true) then
  redis.call('DEL', KEYS[1])
  written = redis.call('HSET', KEYS[1], 'record', ARGV[3], 'version', ARGV[2])
end
if type(written) == 'table' then return written end
tell(ARGV[5], ARGV[2])
local kept
if ARGV[4] ~= '0' then kept = redis.pcall('PEXPIRE', KEYS[1], ARGV[4]) else kept = redis.pcall('PERSIST', KEYS[1]) end
if type(kept) == 'table' then return redis.error_reply('UNLIMITED ' .. kept.err) end
return 1
`;

/**
 * KEYS lease [, record]; ARGV owner, ms of the lease. {1, what is there}: granted, and what the record is at this very
 * moment, which spares the reading; {0, ms}: held by somebody else for so long.
 */
export const OBTAIN = `${LOOK}
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return {0, redis.call('PTTL', KEYS[1])} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, KEYS[2] and look(KEYS[2]) or {'none'}}
`;

/** KEYS lease; ARGV owner, ms of the lease. 1: ours for as long again. */
export const RENEW = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`;

/** KEYS lease; ARGV owner, channel. Frees it if it is still ours. */
export const RELEASE = `${TELL}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
tell(ARGV[2], 'free')
return 1
`;
