// n8n's engine logs each failing node to the console; the tests look at what the user sees instead.
process.env.N8N_LOG_LEVEL = 'silent';
