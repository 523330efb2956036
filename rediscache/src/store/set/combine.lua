-- the name of a command on sets -> its answer. A script, since a node that has only a part of a slot is told of all keys then.
return redis.call(ARGV[1], unpack(KEYS))
